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

export type MerchantFilter = {
  readonly active?: boolean | undefined;
  readonly ids?: readonly string[] | undefined;
  /** A part of the name. */
  readonly name?: string | undefined;
};
