import { merchantPages } from '#features/merchants/index.ts';
import { purchasePages } from '#features/purchases/index.ts';

/* One line for each feature. Its pages are in its own pages.ts. */
export const consolePages = [...merchantPages, ...purchasePages];
