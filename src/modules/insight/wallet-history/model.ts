import type { Movement } from '../../money/wallets/index.ts';

/** A journal entry as its owner sees it, with the present status of its purchase's cashback or of its payout. */
export type WalletTransaction = Omit<Movement, 'userId'> & {
  readonly id: string;
  readonly sequence: bigint;
  readonly status: string;
  readonly createdAt: Temporal.Instant;
};
