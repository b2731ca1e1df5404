import { auditPages } from '#features/audit/index.ts';
import { bookPages } from '#features/books/index.ts';
import { flagPages } from '#features/flags/index.ts';
import { merchantPages } from '#features/merchants/index.ts';
import { offerPages } from '#features/offers/index.ts';
import { overviewPages } from '#features/overview/index.ts';
import { partnerPages } from '#features/partners/index.ts';
import { purchasePages } from '#features/purchases/index.ts';
import { staffPages } from '#features/staff/index.ts';

/* One line for each feature. Its pages are in its own pages.ts. */
export const consolePages = [
  ...overviewPages,
  ...purchasePages,
  ...merchantPages,
  ...offerPages,
  ...partnerPages,
  ...bookPages,
  ...flagPages,
  ...auditPages,
  ...staffPages,
];
