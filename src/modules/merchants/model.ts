export type Merchant = {
  readonly id: string;
  readonly name: string;
  /** What new offers of the merchant usually give, in percent. Rewards come from offers alone. */
  readonly defaultCashbackPercentage: number;
  readonly active: boolean;
};
