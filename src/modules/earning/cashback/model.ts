import type { CashbackStatus } from '../../../core/database/schema.generated.ts';
import type { OfferTerms } from '../../catalogue/offers/index.ts';

export type { CashbackStatus } from '../../../core/database/schema.generated.ts';

/** A purchase for which a reward is computed. */
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

/** The part of a claim that determines its cap. */
export type CapClaim = Pick<RewardClaim, 'userId' | 'purchasedAt' | 'terms'>;

/** The cashback of one purchase. Amounts are in minor units. */
export type Reward = {
  readonly id: string;
  readonly purchaseId: string;
  readonly userId: string;
  readonly terms: OfferTerms;
  /** First day of the month whose cap the reward used. Null if the offer has no cap. */
  readonly capMonth: string | null;
  readonly uncappedAmount: bigint;
  readonly amount: bigint;
  readonly currency: string;
  readonly status: CashbackStatus;
};

/** How much of an offer's cap a user has used in one month. */
export type CapUsage = CapKey & {
  readonly cap: bigint;
  readonly used: bigint;
  readonly currency: string;
  /** False if the database has no row for this usage yet. */
  readonly isRecorded: boolean;
};

export type CapKey = { readonly userId: string; readonly capGroup: string; readonly month: string };
