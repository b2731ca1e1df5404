import type { HoldResolution, PurchaseStatus } from '../../../core/database/schema.generated.ts';
import type { Reward } from '../cashback/index.ts';

export type { HoldResolution } from '../../../core/database/schema.generated.ts';

export const RULES = [
  'self_report',
  'above_ceiling',
  'purchases_per_user_day',
  'amount_above_user_usual',
  'amount_above_merchant_usual',
  'repeated_order',
  'same_order',
  'similar_order',
  'order_of_another_user',
] as const;

export type Rule = (typeof RULES)[number];

/** The limit of each rule. 0 turns the rule off. */
export type VelocityLimits = {
  /** The most purchases of a user that are recorded on one day (UTC). */
  readonly purchasesPerUserDay: number;
  /** The largest allowed amount, as a multiple of the user's median. */
  readonly timesUserUsual: number;
  /** The largest allowed amount, as a multiple of the merchant's median. */
  readonly timesMerchantUsual: number;
  /** The number of users with the same amount at one merchant on one day (UTC) that is suspicious. */
  readonly usersPerOrder: number;
  /** In whole units of the purchase's currency. Smaller amounts are not checked. */
  readonly floorAmount: number;
};

export const CEILING_SCOPES = ['platform', 'partner', 'merchant'] as const;

/** Whose ceiling it is. */
export type CeilingScope =
  | { readonly type: 'platform'; readonly id: null }
  | { readonly type: 'partner' | 'merchant'; readonly id: string };

/** What a ceiling states, in minor units. Null: nothing. */
export type CeilingLimits = {
  /** The largest purchase that needs no review. */
  readonly maxAmount: bigint | null;
  /** The largest reward that needs no review. */
  readonly maxReward: bigint | null;
  /** The sum of rewards that are recorded on a day (UTC) without review. */
  readonly dailyPending: bigint | null;
  /** The sum of rewards that become available on a day (UTC). */
  readonly dailyReleased: bigint | null;
};

export type Ceiling = CeilingLimits & {
  readonly id: string;
  readonly scope: CeilingScope;
  readonly currency: string;
};

/**
 * Whose rewards share the room of a day, in one currency: those of which one partner decides, or those of all other sources
 * (the nil UUID).
 */
export type ReleaseQueue = { readonly namespace: string; readonly currency: string };

/** What may become available on a day and what already has, in minor units. Locked. */
export type ReleaseRoom = ReleaseQueue & {
  readonly day: string;
  readonly limit: bigint;
  readonly released: bigint;
};

/** A reward that became available, or what an available one was raised by. */
export type Release = ReleaseQueue & {
  readonly day: string;
  /** The purchase, or the revision that raised its reward: the source of the journal's `cashback_confirmation`. */
  readonly sourceId: string;
  readonly purchaseId: string;
  /** Minor units of `currency`. */
  readonly amount: bigint;
};

/** All ceilings, by scope and currency: see `ceilingBook`. */
export type CeilingBook = ReadonlyMap<string, Ceiling>;

/** The largest purchase and reward that need no review where no ceiling says more, by currency and in minor units. */
export type DefaultCeilings = {
  readonly amount: ReadonlyMap<string, bigint>;
  readonly reward: ReadonlyMap<string, bigint>;
};

/** The part of a purchase that decides which ceilings apply to it. */
export type CeilingSubject = {
  readonly partnerId: string | null;
  /** Whose external ids the source uses. */
  readonly namespace: string;
  readonly merchantId: string;
  readonly currency: string;
};

/** A limit in minor units, and whose ceiling states it. */
export type Limit = { readonly max: bigint; readonly scope: CeilingScope['type'] };

/** The ceilings that apply to one purchase. */
export type ApplicableCeilings = {
  readonly amount: Limit | undefined;
  readonly reward: Limit | undefined;
  /** Each with the name of the total that it limits. */
  readonly dailyPending: readonly (Limit & { readonly total: string })[];
};

/** The minimum of `floorAmount`: the partial index for `repeated_order` contains no smaller purchase. */
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

/** A purchase that is about to be recorded. */
export type NewPurchase = ScreenedPurchase &
  CeilingSubject & {
    /** The ceilings of the list that it is recorded with. */
    readonly ceilings: CeilingBook;
    /** True if only the shopper reports it. */
    readonly isSelfReported: boolean;
    /** The most that it can earn, in minor units. */
    readonly reward: bigint;
  };

/** A rule that matched a purchase, with the evidence. Money is text. */
export type Reason = { readonly rule: Rule; readonly evidence: Readonly<Record<string, string | number>> };

export type HeldPurchase = {
  readonly purchaseId: string;
  readonly reasons: readonly Reason[];
  readonly requestId: string | null;
};

/** The hold of a purchase, open or resolved. */
export type FoundHold = {
  readonly purchaseId: string;
  readonly reasons: readonly Reason[];
  readonly status: HoldStatus;
};

export type HoldStatus = 'open' | HoldResolution;

export const HOLD_STATUSES = ['open', 'released', 'confirmed', 'reversed', 'matched'] as const;

/** A hold with its purchase, as a reviewer sees it. */
export type Hold = {
  readonly purchase: ScreenedPurchase & { readonly externalId: string; readonly status: PurchaseStatus };
  readonly reasons: readonly Reason[];
  readonly heldAt: Temporal.Instant;
  readonly status: HoldStatus;
  readonly resolvedAt: Temporal.Instant | null;
  /** The administrator. Null while the hold is open, and if a partner or the platform resolved it. */
  readonly resolvedBy: string | null;
};

export type HoldView = {
  readonly hold: Hold;
  readonly userEmail: string;
  readonly merchantName: string;
  readonly reward: Pick<Reward, 'amount' | 'currency'>;
};

/** Of each list, one value must match. */
export type HoldFilter = {
  readonly statuses?: readonly HoldStatus[] | undefined;
  readonly merchantIds?: readonly string[] | undefined;
  readonly userIds?: readonly string[] | undefined;
};
