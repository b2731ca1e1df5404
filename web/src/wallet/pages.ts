import type { Page } from '#app/page-kit.ts';

/* One line for each feature. Its pages are in its own pages.ts. */
export const walletPages: readonly Page[] = [];
