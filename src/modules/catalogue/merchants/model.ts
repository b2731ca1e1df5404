export type Merchant = {
  readonly id: string;
  readonly name: string;
  /** What new offers of the merchant usually give, in percent. Rewards come from offers alone. */
  readonly defaultCashbackPercentage: number;
  /** Days after which its purchases are confirmed automatically. Null means the platform's default. */
  readonly confirmationDays: number | null;
  readonly active: boolean;
};
