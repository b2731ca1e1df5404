import { compositeKey } from '../../../core/composite-key.ts';
import type { PurchaseStatus, ReversalReason } from '../../../core/database/schema.generated.ts';
import type { Actor } from '../../platform/events/index.ts';
import type { Reward } from '../cashback/index.ts';

export type { PurchaseStatus, ReversalReason } from '../../../core/database/schema.generated.ts';

/** The state machine. A trigger in the database enforces the same table. */
export const TRANSITIONS: Readonly<Record<PurchaseStatus, readonly PurchaseStatus[]>> = {
  pending: ['confirmed', 'reversed'],
  confirmed: ['reversed'],
  reversed: [],
};

export const PURCHASE_STATUSES = Object.keys(TRANSITIONS) as readonly PurchaseStatus[];

/** The name of a purchase outside the platform. It is unique per partner. */
export type ExternalKey = {
  /** Null if an administrator or the user reported the purchase. */
  readonly partnerId: string | null;
  readonly externalId: string;
};

/** Each partner has its own external ids. Users and administrators share one set. */
export function externalKeyOf({
  actor,
  externalId,
}: {
  readonly actor: Actor;
  readonly externalId: string;
}): ExternalKey {
  return { partnerId: actor.type === 'partner' ? actor.id : null, externalId };
}

/** An external key as text, to be used as the key of a `Map`. */
export function keyText({ partnerId, externalId }: ExternalKey): string {
  return compositeKey(partnerId, externalId);
}

/** A purchase as it was reported. */
export type PurchaseSubmission = {
  readonly actor: Actor;
  readonly externalId: string;
  readonly userId: string;
  readonly merchantId: string;
  /** Minor units of `currency`. */
  readonly amount: bigint;
  readonly currency: string;
  /** Undefined means now. */
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
  /** True if the purchase is pending and waits for review: only an administrator can confirm it. */
  readonly held: boolean;
  readonly createdAt: Temporal.Instant;
  readonly confirmedAt: Temporal.Instant | null;
  readonly reversedAt: Temporal.Instant | null;
  readonly reversalReason: ReversalReason | null;
};

export type RewardedPurchase = { readonly purchase: Purchase; readonly reward: Reward };

/** A purchase as the API shows it. */
export type PurchaseView = RewardedPurchase & { readonly merchantName: string };

/** The id of a purchase, or the external id with which the actor reported it. */
type PurchaseReference = { readonly purchaseId: string } | { readonly externalId: string };

/** An order to confirm a purchase, or to reverse it for a reason. */
export type Settlement = { readonly actor: Actor } & PurchaseReference &
  ({ readonly to: 'confirmed' } | { readonly to: 'reversed'; readonly reason: ReversalReason });

/** The pending purchases of a merchant that were recorded at or before `recordedUntil` are due. */
export type DueWindow = { readonly merchantId: string; readonly recordedUntil: Temporal.Instant };

/** A purchase that is old enough for auto-confirmation. */
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
