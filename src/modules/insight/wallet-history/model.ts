import type { Movement } from '../../money/wallets/index.ts';

/** A journal entry as its owner sees it, with the current status of its cashback or payout. */
export type WalletTransaction = Omit<Movement, 'userId'> & {
  readonly id: string;
  readonly sequence: bigint;
  readonly status: string;
  readonly createdAt: Temporal.Instant;
};
