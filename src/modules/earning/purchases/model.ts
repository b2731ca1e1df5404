import { compositeKey } from '../../../core/composite-key.ts';
import type { PurchaseStatus, ReversalReason } from '../../../core/database/schema.generated.ts';
import type { Actor } from '../../platform/events/index.ts';
import type { Reward } from '../cashback/index.ts';

export type { PurchaseStatus, ReversalReason } from '../../../core/database/schema.generated.ts';

/** The state machine; the database holds the same table in a trigger. */
export const TRANSITIONS: Readonly<Record<PurchaseStatus, readonly PurchaseStatus[]>> = {
  pending: ['confirmed', 'reversed'],
  confirmed: ['reversed'],
  reversed: [],
};

export const PURCHASE_STATUSES = Object.keys(TRANSITIONS) as readonly PurchaseStatus[];

/** What a purchase is known by outside: each partner has names of its own. */
export type ExternalKey = {
  /** Null: reported by an administrator or by the user. */
  readonly partnerId: string | null;
  readonly externalId: string;
};

/** A partner's external ids are its own; all others share theirs. */
export function externalKeyOf({
  actor,
  externalId,
}: {
  readonly actor: Actor;
  readonly externalId: string;
}): ExternalKey {
  return { partnerId: actor.type === 'partner' ? actor.id : null, externalId };
}

/** An external key as the key of a `Map`. */
export function keyText({ partnerId, externalId }: ExternalKey): string {
  return compositeKey(partnerId, externalId);
}

/** A purchase as somebody reports it. */
export type PurchaseSubmission = {
  readonly actor: Actor;
  readonly externalId: string;
  readonly userId: string;
  readonly merchantId: string;
  /** Minor units of `currency`. */
  readonly amount: bigint;
  readonly currency: string;
  /** Undefined: now. */
  readonly purchasedAt: Temporal.Instant | undefined;
};

export type Purchase = ExternalKey & {
  readonly id: string;
  readonly userId: string;
  readonly merchantId: string;
  readonly offerId: string;
  /** Minor units of `currency`. */
  readonly amount: bigint;
  readonly currency: string;
  readonly purchasedAt: Temporal.Instant;
  readonly status: PurchaseStatus;
  /** Pending and under review: only an administrator confirms it. */
  readonly held: boolean;
  readonly createdAt: Temporal.Instant;
  readonly confirmedAt: Temporal.Instant | null;
  readonly reversedAt: Temporal.Instant | null;
  readonly reversalReason: ReversalReason | null;
};

export type RewardedPurchase = { readonly purchase: Purchase; readonly reward: Reward };

/** A purchase as people read it. */
export type PurchaseView = RewardedPurchase & { readonly merchantName: string };

/** A purchase by its id, or by the external id under which the actor's side reported it. */
type PurchaseReference = { readonly purchaseId: string } | { readonly externalId: string };

/** An order to settle a purchase: to confirm it, or to reverse it for a reason. */
export type Settlement = { readonly actor: Actor } & PurchaseReference &
  ({ readonly to: 'confirmed' } | { readonly to: 'reversed'; readonly reason: ReversalReason });

/** Purchases of a merchant become due when they were recorded at this moment or before. */
export type DueWindow = { readonly merchantId: string; readonly recordedUntil: Temporal.Instant };

/** A purchase that is old enough for automatic confirmation. */
export type DuePurchase = Pick<Purchase, 'id' | 'merchantId' | 'userId' | 'createdAt'>;

export type PurchaseFilter = {
  readonly status?: PurchaseStatus | undefined;
  readonly userId?: string | undefined;
  readonly merchantId?: string | undefined;
  readonly held?: boolean | undefined;
  /** Days (UTC) on which the purchase was recorded, both inclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};
