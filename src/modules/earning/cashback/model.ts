import type { CashbackStatus } from '../../../core/database/schema.generated.ts';
import type { OfferTerms } from '../../catalogue/offers/index.ts';

export type { CashbackStatus } from '../../../core/database/schema.generated.ts';

/** A purchase that is to be rewarded. */
export type RewardClaim = {
  /** The id of the reward to come. */
  readonly rewardId: string;
  readonly purchaseId: string;
  readonly userId: string;
  /** Minor units of `currency`. */
  readonly amount: bigint;
  readonly currency: string;
  readonly purchasedAt: Temporal.Instant;
  readonly terms: OfferTerms;
};

/** What is needed of a claim to know the cap that it counts against. */
export type CapClaim = Pick<RewardClaim, 'userId' | 'purchasedAt' | 'terms'>;

/** The cashback transaction of a purchase. Amounts in minor units. */
export type Reward = {
  readonly id: string;
  readonly purchaseId: string;
  readonly userId: string;
  readonly terms: OfferTerms;
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
