import type { Movement } from '../../money/wallets/index.ts';

/** The seconds of the entries, both included. */
export type HistoryFilter = { readonly from?: string | undefined; readonly to?: string | undefined };

/** A journal entry as its owner sees it, with the current status of its cashback or payout. */
export type WalletTransaction = Omit<Movement, 'userId'> & {
  readonly id: string;
  readonly sequence: bigint;
  readonly status: string;
  /** The purchase behind it, also behind a revision. */
  readonly purchaseId: string | null;
  /** The balance `available` after it, in minor units. Negative if the owner owes it. */
  readonly availableAfter: bigint;
  /** The merchant of `purchaseId`. */
  readonly merchantName: string | null;
  /** Why: of an adjustment, of money that a payout brought back, or of a reversal. */
  readonly reason: string | null;
  readonly createdAt: Temporal.Instant;
};
