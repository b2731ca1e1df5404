import { adjustmentPages } from '#features/adjustments/index.ts';
import { auditPages } from '#features/audit/index.ts';
import { bookPages } from '#features/books/index.ts';
import { flagPages } from '#features/flags/index.ts';
import { holdPages } from '#features/holds/index.ts';
import { merchantPages } from '#features/merchants/index.ts';
import { offerPages } from '#features/offers/index.ts';
import { overviewPages } from '#features/overview/index.ts';
import { partnerPages } from '#features/partners/index.ts';
import { payoutPages } from '#features/payouts/index.ts';
import { purchasePages } from '#features/purchases/index.ts';
import { refusalPages } from '#features/refusals/index.ts';
import { shopperPages } from '#features/shoppers/index.ts';
import { staffPages } from '#features/staff/index.ts';

/* One line for each feature. Its pages are in its own pages.ts. */
export const consolePages = [
  ...overviewPages,
  ...purchasePages,
  ...refusalPages,
  ...holdPages,
  ...shopperPages,
  ...payoutPages,
  ...adjustmentPages,
  ...merchantPages,
  ...offerPages,
  ...partnerPages,
  ...bookPages,
  ...flagPages,
  ...auditPages,
  ...staffPages,
];
