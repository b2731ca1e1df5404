import type { CashbackType } from '../../../core/database/schema.generated.ts';

export type Merchant = {
  readonly id: string;
  readonly name: string;
  /** The usual cashback of new offers, in percent. Only a suggestion: rewards are computed from offers alone. */
  readonly defaultCashbackPercentage: number;
  /** Days until a purchase is confirmed automatically. Null means the platform's default. */
  readonly confirmationDays: number | null;
  readonly active: boolean;
  /** The instant from which purchases earn nothing. Null if the merchant is active, or never was. */
  readonly inactiveSince: Temporal.Instant | null;
};

/** The offer that shoppers see today. Amounts are in `currency`. */
export type MerchantOffer = {
  readonly id: string;
  readonly cashbackType: CashbackType;
  /** Percent, or an amount, by `cashbackType`. */
  readonly cashbackValue: number;
  readonly currency: string;
  readonly monthlyCap: number | null;
  readonly startDate: string;
  readonly endDate: string;
};

export type MerchantView = Merchant & { readonly activeOffer: MerchantOffer | null };

export type MerchantFilter = {
  readonly active?: boolean | undefined;
  readonly ids?: readonly string[] | undefined;
  /** A part of the name. */
  readonly name?: string | undefined;
};
