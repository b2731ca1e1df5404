import type { CashbackType } from '../../../core/database/schema.generated.ts';

export type { CashbackType } from '../../../core/database/schema.generated.ts';

/** The numbers from which a reward is computed. A reward stores its own copy of them. */
export type OfferTerms = {
  readonly offerId: string;
  readonly type: CashbackType;
  /** For `percent` in ten-thousandths of a percent (5 % is 50000n), for `fixed` in minor units. */
  readonly value: bigint;
  /** The currency of a fixed value and of the cap. */
  readonly currency: string;
  /** Minor units per user and calendar month (UTC). Null if there is no cap. */
  readonly monthlyCap: bigint | null;
  /** The offer whose caps this one counts against: its own id, or that of the offer it continues. */
  readonly capGroup: string;
};

/** From `from` on, until just before `until`. */
export type Period = { readonly from: Temporal.Instant; readonly until: Temporal.Instant };

/**
 * A promise of cashback at one merchant between two dates. Its terms never change: a new campaign is a new offer. Its end
 * may move on.
 */
export type Offer = {
  readonly id: string;
  readonly merchantId: string;
  readonly terms: OfferTerms;
  /** First and last day (UTC), both inclusive: `YYYY-MM-DD`. */
  readonly startDate: string;
  readonly endDate: string;
  /** What shoppers see and administrators set. */
  readonly active: boolean;
  /** When purchases are rewarded, in order. Stopping cuts it, starting again adds to it; the past stays. */
  readonly validity: readonly Period[];
  /** Whether freed room under the cap tops up earlier purchases that the cap has cut. All offers of a group agree. */
  readonly capRefill: boolean;
};

/** What a list of merchants shows of an offer. Amounts are in `currency`. */
export type OfferSummary = Pick<Offer, 'id' | 'startDate' | 'endDate'> & {
  readonly cashbackType: CashbackType;
  /** Percent, or an amount, by `cashbackType`. */
  readonly cashbackValue: number;
  readonly currency: string;
  readonly monthlyCap: number | null;
};

export type OfferOfMerchant = Offer & {
  readonly merchantName: string;
  /** Null means the platform's default. */
  readonly confirmationDays: number | null;
};

/** An offer as a shopper sees it. */
export type ShownOffer = Omit<OfferOfMerchant, 'confirmationDays'> & {
  readonly confirmationDays: number;
  /** What the cap leaves the shopper this month, in minor units. Null without a cap. */
  readonly capLeft: bigint | null;
};

export type OfferFilter = {
  readonly active?: boolean | undefined;
  readonly merchantIds?: readonly string[] | undefined;
  /** Only offers that are valid on some day from `from` to `to`. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** A part of the name of the merchant. */
  readonly merchantName?: string | undefined;
  /** Only offers that a shopper can see on this day: active, valid, and of an active merchant. */
  readonly visibleOn?: string | undefined;
};
