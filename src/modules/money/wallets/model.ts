import type {
  AdjustmentDirection,
  AdjustmentVerdict,
  WalletBucket,
  WalletEntryType,
  WalletSourceType,
} from '../../../core/database/schema.generated.ts';
import type { Actor } from '../../platform/events/index.ts';
import type { IdempotentRequest } from '../../platform/idempotency/index.ts';

export type { WalletBucket, WalletEntryType } from '../../../core/database/schema.generated.ts';

/** The key of a wallet: a user has one wallet for each currency. */
export type WalletOwner = { readonly userId: string; readonly currency: string };

/** In minor units. `available` is negative if a purchase was reversed after its reward was paid out. */
export type Balances = { readonly pending: bigint; readonly available: bigint; readonly paid: bigint };

export const NO_MONEY: Balances = { pending: 0n, available: 0n, paid: 0n };

export type Wallet = WalletOwner & Balances & { readonly id: string; readonly lastSequence: bigint };

/** An order to move money of a wallet from one bucket to another. */
export type Movement = WalletOwner & {
  readonly type: WalletEntryType;
  readonly from: WalletBucket;
  readonly to: WalletBucket;
  /** Minor units, above zero. */
  readonly amount: bigint;
  readonly source: { readonly type: WalletSourceType; readonly id: string };
};

/** A line of the journal: a movement, its sequence number in the wallet, and the balances after it. */
export type WalletEntry = Movement & {
  readonly id: string;
  readonly walletId: string;
  readonly sequence: bigint;
  readonly after: Balances;
  readonly createdAt: Temporal.Instant;
};

/** What the journal says of an adjustment. */
export type AdjustedEntry = Pick<WalletEntry, 'from' | 'amount' | 'after' | 'sequence' | 'currency'>;

export type AdjustmentOrder = WalletOwner & {
  readonly actor: Actor;
  /** Minor units, above zero. */
  readonly amount: bigint;
  readonly direction: AdjustmentDirection;
  readonly reason: string;
  /** False: the administrator may only credit small amounts. */
  readonly mayAdjust: boolean;
  readonly request: IdempotentRequest | undefined;
};

/** `completed` is one that has moved money. */
export type AdjustmentStatus = 'completed' | 'awaiting_approval' | 'rejected' | 'expired';

export type Adjustment = Omit<AdjustmentOrder, 'actor' | 'mayAdjust' | 'request'> & {
  readonly id: string;
  /** The administrator who made it. Null: the owner forfeited the money. */
  readonly adminId: string | null;
  /** True if it moves money only when another administrator approves it. */
  readonly needsFourEyes: boolean;
  readonly decision: AdjustmentDecision | null;
  readonly createdAt: Temporal.Instant;
};

/** An adjustment expires without an administrator, and only a rejection has a reason. */
export type AdjustmentDecision = {
  readonly verdict: AdjustmentVerdict;
  readonly decidedBy: string | null;
  readonly reason: string | null;
  readonly decidedAt: Temporal.Instant;
};

/** Of each list, one value must match. */
export type AdjustmentFilter = {
  readonly statuses?: readonly AdjustmentStatus[] | undefined;
  readonly userIds?: readonly string[] | undefined;
};

/** An adjustment as the administrator sees it, in plain JSON. A repeat gets the stored response word for word. */
export type AdjustmentStatement = {
  readonly id: string;
  readonly user_id: string;
  readonly amount: string;
  readonly currency: string;
  readonly direction: AdjustmentDirection;
  readonly reason: string;
  readonly status: AdjustmentStatus;
  readonly created_by: string | null;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly decided_by: string | null;
  readonly decided_at: string | null;
  readonly decision_reason: string | null;
  /** The balances after the adjustment. Null unless it has just moved money. */
  readonly wallet: {
    readonly pending_balance: string;
    readonly available_balance: string;
    readonly paid_balance: string;
    readonly currency: string;
  } | null;
};

/** The allowed pairs of buckets (from, to) by type of entry. A constraint in the database enforces the same table. */
export const LEGAL_MOVEMENTS: Readonly<
  Record<WalletEntryType, readonly (readonly [WalletBucket, WalletBucket])[]>
> = {
  cashback_credit: [['platform', 'pending']],
  cashback_confirmation: [['pending', 'available']],
  cashback_reversal: [
    ['pending', 'platform'],
    ['available', 'platform'],
  ],
  payout: [['available', 'paid']],
  payout_refund: [['paid', 'available']],
  adjustment: [
    ['platform', 'available'],
    ['available', 'platform'],
  ],
};
