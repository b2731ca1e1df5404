import type { CashbackStatus, CashbackType } from '../../core/database/schema.generated.ts';

export type { CashbackStatus, CashbackType } from '../../core/database/schema.generated.ts';

/** The terms of an offer that a reward is computed from; stored on the reward as they were. */
export type CashbackTerms = {
  readonly offerId: string;
  readonly type: CashbackType;
  /** Of `percent` in ten-thousandths of a percent (5 % is 50000n), of `fixed` in minor units. */
  readonly value: bigint;
  /** The currency of a fixed value and of the cap. */
  readonly currency: string;
  /** Minor units per user and calendar month (UTC); null for none. */
  readonly monthlyCap: bigint | null;
};

/** A purchase that is to be rewarded. */
export type RewardClaim = {
  readonly purchaseId: string;
  readonly userId: string;
  /** Minor units of `currency`. */
  readonly amount: bigint;
  readonly currency: string;
  readonly purchasedAt: Temporal.Instant;
  readonly terms: CashbackTerms;
};

/** What is needed of a claim to know the cap that it counts against. */
export type CapClaim = Pick<RewardClaim, 'userId' | 'purchasedAt' | 'terms'>;

/** The cashback transaction of a purchase. Amounts in minor units. */
export type Reward = {
  readonly id: string;
  readonly purchaseId: string;
  readonly userId: string;
  readonly terms: CashbackTerms;
  /** First day of the month whose cap it used; null without a cap. */
  readonly capMonth: string | null;
  readonly uncappedAmount: bigint;
  readonly amount: bigint;
  readonly currency: string;
  readonly status: CashbackStatus;
};

/** What a user has used of an offer's cap in one month. */
export type CapUsage = CapKey & {
  readonly cap: bigint;
  readonly used: bigint;
  readonly currency: string;
  /** False: nothing was used before, so nothing is written of it yet. */
  readonly isRecorded: boolean;
};

export type CapKey = { readonly userId: string; readonly offerId: string; readonly month: string };
