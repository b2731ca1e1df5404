import type { Page } from '#app/page-kit.ts';
import { accountPages } from '#features/account/index.ts';
import { activeOfferPages } from '#features/active-offers/index.ts';
import { activityPages } from '#features/activity/index.ts';
import { homePages } from '#features/home/index.ts';
import { loginPages } from '#features/login/index.ts';
import { registrationPages } from '#features/registration/index.ts';
import { withdrawalPages } from '#features/withdrawals/index.ts';

/* One line for each feature. Its pages are in its own pages.ts. */
export const walletPages: readonly Page[] = [
  ...homePages,
  ...activityPages,
  ...activeOfferPages,
  ...withdrawalPages,
  ...accountPages,
];

export const walletPublicPages: readonly Page[] = [...loginPages, ...registrationPages];
