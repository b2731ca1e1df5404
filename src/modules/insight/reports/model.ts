/** Days (UTC), both included. */
export type DayRange = { readonly from: string; readonly to: string };

/** How current the reports are. */
export type Progress = {
  /** All that happened before is in the reports. Null before the reports are complete. */
  readonly asOf: Temporal.Instant | null;
  /** False until the events of an older database were counted once. */
  readonly isComplete: boolean;
};

/** What keeps overdue purchases pending, in the order in which one is named. */
export const BLOCKERS = [
  'merchant_inactive',
  'user_inactive',
  'switched_off',
  'pending_lines',
  'none',
] as const;

export type Blocker = (typeof BLOCKERS)[number];

/** Overdue purchases that were recorded on one day (UTC), with their rewards in minor units. */
export type Overdue = {
  readonly currency: string;
  readonly day: string;
  readonly blockedBy: Blocker;
  readonly purchases: number;
  readonly cashback: bigint;
  readonly since: Temporal.Instant;
};

/** What wallets, payouts and holds of a currency amount to. Amounts are minor units. */
export type State = {
  readonly currency: string;
  readonly wallets: number;
  readonly pending: bigint;
  /** Of all wallets. */
  readonly available: bigint;
  /** Of those above zero. */
  readonly availableOwed: bigint;
  readonly paid: bigint;
  /** Wallets with pending or available money. */
  readonly owedWallets: number;
  readonly withdrawable: bigint;
  readonly withdrawableWallets: number;
  /** What users owe, as an amount above zero. */
  readonly belowZero: bigint;
  readonly belowZeroWallets: number;
  readonly payoutsDue: bigint;
  readonly payoutsDueCount: number;
  readonly payoutsDueSince: Temporal.Instant | null;
  readonly held: bigint;
  readonly heldPurchases: number;
  readonly heldSince: Temporal.Instant | null;
  /** What the platform gave, less what it took back, by the audit log. */
  readonly given: bigint;
  readonly entries: number;
};

/** What became of the purchases that were recorded in a range. Amounts are minor units. */
export type Outcomes = {
  readonly confirmedPurchases: number;
  readonly reversedPurchases: number;
  readonly availableCashback: bigint;
  readonly reversedCashback: bigint;
};

/** Reports of partners since the start of an hour. */
export type RefusedSince = {
  readonly since: Temporal.Instant;
  readonly refused: number;
  readonly reported: number;
};

export type Summary = {
  readonly currency: string;
  readonly asOf: Temporal.Instant;
  readonly state: State;
  readonly overdue: readonly Overdue[];
  readonly outcomes: Outcomes;
  readonly refused: RefusedSince;
  /** The least amount of a payout. */
  readonly minimum: bigint;
};

/** What the journal moved on a day (UTC), in minor units. */
export type Day = {
  readonly day: string;
  readonly recorded: bigint;
  readonly confirmed: bigint;
  readonly reversed: bigint;
};

/** Pending rewards by the age of their purchases in days. `toDays` is null for the oldest. */
export type PendingAge = {
  readonly fromDays: number;
  readonly toDays: number | null;
  readonly amount: bigint;
  readonly count: number;
  readonly overdueAmount: bigint;
};

/** Pending rewards of the purchases that were recorded on a day (UTC). */
export type PendingDay = { readonly day: string; readonly count: number; readonly amount: bigint };

export type MerchantSales = {
  readonly merchantId: string;
  readonly name: string;
  readonly purchases: number;
  readonly cashback: bigint;
  readonly availableCashback: bigint;
  readonly reversedCashback: bigint;
};

export type RefusalsOfDay = { readonly day: string; readonly code: string; readonly count: number };

/** The last proof of the books. */
export type Verification = { readonly at: Temporal.Instant; readonly isRight: boolean };
