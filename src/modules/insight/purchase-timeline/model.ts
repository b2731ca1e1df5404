import type {
  ActorType,
  CashbackStatus,
  PayoutStatus,
  PurchaseSourceKind,
  PurchaseStatus,
  ReversalReason,
  WalletBucket,
} from '../../../core/database/schema.generated.ts';

/** A purchase with what is known about it elsewhere. Amounts are in minor units of `currency`. */
export type Facts = {
  readonly id: string;
  readonly externalId: string;
  readonly orderKey: string | null;
  readonly userId: string;
  readonly userEmail: string;
  readonly merchantId: string;
  readonly merchantName: string;
  readonly partnerId: string | null;
  readonly partnerName: string | null;
  readonly offerId: string;
  readonly originalAmount: bigint;
  readonly currency: string;
  readonly status: PurchaseStatus;
  readonly held: boolean;
  readonly revision: number;
  readonly purchasedAt: Temporal.Instant;
  readonly createdAt: Temporal.Instant;
  readonly confirmedAt: Temporal.Instant | null;
  readonly reversedAt: Temporal.Instant | null;
  readonly reversalReason: ReversalReason | null;
  readonly isAwaitingRelease: boolean;
  readonly isUserActive: boolean;
  readonly isMerchantActive: boolean;
  /** Null: the platform's default. */
  readonly confirmationDays: number | null;
  /** The reasons of the hold, if it was ever held. */
  readonly holdReasons: readonly { readonly rule: string; readonly evidence: object }[];
  readonly hasPendingLine: boolean;
  readonly wallet: { readonly id: string; readonly pending: bigint; readonly available: bigint };
};

/** What a source said later. */
export type RevisionFacts = {
  readonly id: string;
  readonly seq: number;
  readonly amount: bigint;
  readonly uncappedAmount: bigint;
  readonly reward: bigint;
};

/** Another source that has reported the purchase. */
export type WitnessFacts = {
  readonly kind: PurchaseSourceKind;
  readonly partnerId: string | null;
  readonly externalId: string;
  readonly amount: bigint;
  readonly reportedAt: Temporal.Instant;
};

export type Recorded = {
  readonly at: Temporal.Instant;
  /** An action such as `purchase.recorded`. */
  readonly action: string;
  readonly actor: { readonly type: ActorType; readonly id: string | null; readonly label: string };
  readonly details: Readonly<Record<string, unknown>>;
  readonly requestId: string | null;
};

export type Entry = {
  readonly sequence: bigint;
  readonly type: string;
  readonly from: WalletBucket;
  readonly to: WalletBucket;
  readonly amount: bigint;
  readonly sourceId: string;
  readonly pendingAfter: bigint;
  readonly availableAfter: bigint;
  readonly paidAfter: bigint;
  readonly createdAt: Temporal.Instant;
};

/** A payout that left the wallet after a reward became available. */
export type PayoutAfter = { readonly amount: bigint };

export type PayoutFacts = PayoutAfter & {
  readonly id: string;
  readonly status: PayoutStatus;
  readonly settledAt: Temporal.Instant | null;
};

/** Something that happened to a purchase. Each entry of the journal belongs to exactly one. */
export type TimelineEvent = {
  readonly at: Temporal.Instant;
  readonly kind: string;
  readonly actor: Recorded['actor'];
  readonly reason: string | null;
  readonly evidence: unknown;
  readonly entry: Entry | null;
  readonly requestId: string | null;
};

export type Explanation = {
  /** The reward before rounding and caps, in the currency's unit: `2.3675`. */
  readonly exact: string;
  readonly uncappedAmount: bigint;
  readonly limitedBy: 'purchase_amount' | 'monthly_cap' | null;
  readonly amount: bigint;
  readonly status: CashbackStatus;
  /** False if the stored reward is not what these terms make of the amount. */
  readonly isReproduced: boolean;
  readonly text: string;
};

export const BLOCKERS = [
  'held',
  'pending_lines',
  'switched_off',
  'user_inactive',
  'merchant_inactive',
  'daily_ceiling',
] as const;

export type Blocker = (typeof BLOCKERS)[number];

export type Next = {
  readonly confirmsOn: string | null;
  readonly blockedBy: readonly Blocker[];
  /** True if the reward takes longer than usual. */
  readonly isLate: boolean;
};

export const ACTIONS = ['confirm', 'release', 'reverse'] as const;

export type Allowed = {
  readonly action: (typeof ACTIONS)[number];
  readonly pendingAfter: bigint;
  readonly availableAfter: bigint;
};

export type Covered<Payout extends PayoutAfter = PayoutFacts> = Payout & { readonly coveredAmount: bigint };
