import type { Page } from '#app/page-kit.ts';
import { activeOfferPages } from '#features/active-offers/index.ts';
import { activityPages } from '#features/activity/index.ts';
import { homePages } from '#features/home/index.ts';

/* One line for each feature. Its pages are in its own pages.ts. */
export const walletPages: readonly Page[] = [...homePages, ...activityPages, ...activeOfferPages];
