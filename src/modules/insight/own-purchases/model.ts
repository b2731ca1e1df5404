import type { PurchaseView } from '../../earning/purchases/index.ts';
import type { PayoutAfter } from '../purchase-timeline/index.ts';

/** When a reward becomes available, as far as its shopper may know. `expectedOn` is a day (UTC). */
export type Expectation = { readonly expectedOn: string | null; readonly isLate: boolean };

/** What the expectation of a pending reward depends on. */
export type PendingFacts = {
  /** The day (UTC) on which the purchase was recorded. */
  readonly recordedOn: string;
  /** True while it is held for review, or while its source has not decided every line. */
  readonly isBlocked: boolean;
  /** True if the purchase is confirmed and its reward waits for room in the day. */
  readonly isAwaitingRelease: boolean;
};

/** How the purchases of a shopper at a merchant are confirmed. */
export type ConfirmationRule = {
  readonly days: number;
  /** True if the platform confirms them automatically. */
  readonly isAutomatic: boolean;
};

/** Minor units. */
export type Share = { readonly amount: bigint; readonly purchases: number };

/** Pending rewards above zero that have the same expectation. */
export type PendingGroup = PendingFacts & Share & { readonly merchantId: string };

/** What is pending in a wallet, by when it becomes available. The parts add up to `total`. */
export type Forecast = {
  readonly currency: string;
  readonly dated: readonly (Share & { readonly on: string })[];
  readonly byShop: Share;
  readonly late: Share;
  readonly total: bigint;
};

export type OwnPurchase = PurchaseView & Expectation & { readonly paidAmount: bigint };

/** The entry of the journal that made a reward available. Amounts are in minor units. */
export type Confirmation = {
  readonly sequence: bigint;
  readonly amount: bigint;
  readonly availableAfter: bigint;
};

/** A payout that went to the bank or may, with the number of its entry in the journal. */
export type PaidOut = PayoutAfter & { readonly currency: string; readonly sequence: bigint };
