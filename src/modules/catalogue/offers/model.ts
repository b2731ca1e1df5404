import type { CashbackType } from '../../../core/database/schema.generated.ts';

export type { CashbackType } from '../../../core/database/schema.generated.ts';

/** What a reward is computed from. A reward stores the terms as they were. */
export type OfferTerms = {
  readonly offerId: string;
  readonly type: CashbackType;
  /** Of `percent` in ten-thousandths of a percent (5 % is 50000n), of `fixed` in minor units. */
  readonly value: bigint;
  /** The currency of a fixed value and of the cap. */
  readonly currency: string;
  /** Minor units per user and calendar month (UTC); null for none. */
  readonly monthlyCap: bigint | null;
};

/** A time-bound reward rule of one merchant. Its terms never change: another campaign is another offer. */
export type Offer = {
  readonly id: string;
  readonly merchantId: string;
  readonly terms: OfferTerms;
  /** First and last day, whole days in UTC, both inclusive: `YYYY-MM-DD`. */
  readonly startDate: string;
  readonly endDate: string;
  readonly active: boolean;
};

export type OfferOfMerchant = Offer & { readonly merchantName: string };

export type OfferFilter = {
  readonly active?: boolean | undefined;
  readonly merchantId?: string | undefined;
  /** Offers whose period reaches into these days. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Only what a shopper sees on this day: active, of an active merchant, valid. */
  readonly visibleOn?: string | undefined;
};
