import type { CashbackTerms } from '../cashback/index.ts';

/** A time-bound reward rule of one merchant. Its terms never change: another campaign is another offer. */
export type Offer = {
  readonly id: string;
  readonly merchantId: string;
  readonly terms: CashbackTerms;
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
