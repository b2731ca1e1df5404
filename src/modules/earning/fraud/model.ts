import type { HoldResolution, PurchaseStatus } from '../../../core/database/schema.generated.ts';

export type { HoldResolution } from '../../../core/database/schema.generated.ts';

export const RULES = [
  'purchases_per_user_day',
  'amount_above_user_usual',
  'amount_above_merchant_usual',
  'repeated_order',
] as const;

export type Rule = (typeof RULES)[number];

/** What each rule allows; 0 turns it off. */
export type VelocityLimits = {
  /** Purchases of a user on one UTC day. */
  readonly purchasesPerUserDay: number;
  /** How many times what the user usually spends. */
  readonly timesUserUsual: number;
  /** How many times what is usually spent at the merchant. */
  readonly timesMerchantUsual: number;
  /** Users who together make one amount at one merchant on one UTC day suspicious. */
  readonly usersPerOrder: number;
  /** In whole units of a purchase's currency. The amounts of smaller purchases are not checked. */
  readonly floorAmount: number;
};

/** The smallest floor: the index behind `repeated_order` holds no smaller purchase. */
export const LOWEST_FLOOR_AMOUNT = 100;

/** The part of a purchase that the rules read. */
export type ScreenedPurchase = {
  readonly id: string;
  readonly userId: string;
  readonly merchantId: string;
  /** Minor units of `currency`. */
  readonly amount: bigint;
  readonly currency: string;
  readonly purchasedAt: Temporal.Instant;
};

/** A rule that a purchase met, and what shows it. Money as text. */
export type Reason = { readonly rule: Rule; readonly evidence: Readonly<Record<string, string | number>> };

export type HeldPurchase = {
  readonly purchaseId: string;
  readonly reasons: readonly Reason[];
  readonly requestId: string | null;
};

export type HoldStatus = 'open' | HoldResolution;

export const HOLD_STATUSES = ['open', 'released', 'confirmed', 'reversed'] as const;

/** A hold with the purchase that it is about, as reviewers read it. */
export type Hold = {
  readonly purchase: ScreenedPurchase & { readonly externalId: string; readonly status: PurchaseStatus };
  readonly reasons: readonly Reason[];
  readonly heldAt: Temporal.Instant;
  readonly status: HoldStatus;
  readonly resolvedAt: Temporal.Instant | null;
  /** Null while open, and when a partner or the platform resolved it. */
  readonly resolvedBy: string | null;
};

export type HoldView = { readonly hold: Hold; readonly userEmail: string; readonly merchantName: string };

export type HoldFilter = {
  readonly status?: HoldStatus | undefined;
  readonly merchantId?: string | undefined;
  readonly userId?: string | undefined;
};
