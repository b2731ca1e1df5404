import type { Movement } from '../../money/wallets/index.ts';

/** A journal entry as its owner sees it, with the current status of its cashback or payout. */
export type WalletTransaction = Omit<Movement, 'userId'> & {
  readonly id: string;
  readonly sequence: bigint;
  readonly status: string;
  /** The purchase behind it, also behind a revision. */
  readonly purchaseId: string | null;
  readonly createdAt: Temporal.Instant;
};
