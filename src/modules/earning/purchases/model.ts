import { compositeKey } from '../../../core/composite-key.ts';
import type {
  PurchaseRevisionCause,
  PurchaseSourceKind,
  PurchaseStatus,
  ReversalReason,
} from '../../../core/database/schema.generated.ts';
import { normalizeIdentifier } from '../../../core/identifier.ts';
import type { Actor } from '../../platform/events/index.ts';
import type { Reward } from '../cashback/index.ts';
import type { Position } from './position.ts';

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

type ExternalReference = { readonly actor: Actor; readonly externalId: string };

/** The key under which a purchase is recorded. Each partner has its own external ids. All other callers share one set. */
export function externalKeyOf({ actor, externalId }: ExternalReference): ExternalKey {
  return { partnerId: partnerOf(actor), externalId: normalizeIdentifier(externalId) };
}

/** The keys by which a purchase is found. Older ones were recorded with their id as it was sent, so that comes first. */
export function lookupKeysOf(reference: ExternalReference): readonly ExternalKey[] {
  const key = externalKeyOf(reference);
  const { actor, externalId } = reference;
  return externalId === key.externalId ? [key] : [{ partnerId: partnerOf(actor), externalId }, key];
}

function partnerOf({ type, id }: Actor): string | null {
  return type === 'partner' ? id : null;
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
  /** The present amount, in minor units of `currency`. */
  readonly amount: bigint;
  /** The amount that was recorded first. */
  readonly originalAmount: bigint;
  readonly currency: string;
  readonly purchasedAt: Temporal.Instant;
  readonly status: PurchaseStatus;
  /** True if the purchase is pending and waits for review: only an administrator can confirm it. */
  readonly held: boolean;
  readonly createdAt: Temporal.Instant;
  readonly confirmedAt: Temporal.Instant | null;
  readonly reversedAt: Temporal.Instant | null;
  readonly reversalReason: ReversalReason | null;
  /** The number of the latest revision; 0 for a purchase as it was recorded. */
  readonly revision: number;
};

/** A part of an order. Lines that were not rejected add up to the amount of the purchase. */
export type PurchaseLine = {
  readonly lineId: string;
  /** Minor units of the purchase's currency. */
  readonly amount: bigint;
  readonly category: string | null;
  readonly status: 'pending' | 'approved' | 'rejected';
};

/** What a source said of a purchase after it was recorded, and the positions of the reward before and after. */
export type Revision = {
  readonly id: string;
  readonly purchaseId: string;
  /** From 1, without gaps. */
  readonly seq: number;
  /** Whose versions these are: a partner, or the platform (`PLATFORM`). */
  readonly namespace: string;
  readonly sourceKind: PurchaseSourceKind;
  /** The source's own name of this statement. A repeat of it is the same revision. */
  readonly version: string;
  readonly cause: PurchaseRevisionCause;
  /** Minor units of `currency`, which is that of the purchase. Zero if all of it was returned. */
  readonly amount: bigint;
  readonly currency: string;
  readonly lines: readonly PurchaseLine[] | null;
  readonly state: PurchaseStatus;
  readonly uncappedAmount: bigint;
  readonly before: Position;
  readonly after: Position;
  readonly reason: string;
  readonly actor: Omit<Actor, 'requestId'>;
  readonly createdAt: Temporal.Instant;
};

/** The namespace of administrators. */
export const PLATFORM = '00000000-0000-0000-0000-000000000000';

/** What becomes of purchases that shoppers report. */
export type SelfReports = 'hold' | 'refuse';

export type RewardedPurchase = { readonly purchase: Purchase; readonly reward: Reward };

/** A purchase as the API shows it. */
export type PurchaseView = RewardedPurchase & { readonly merchantName: string };

/** The id of a purchase, or the external id with which the actor reported it. */
type PurchaseReference = { readonly purchaseId: string } | { readonly externalId: string };

/** A later word of a source on a purchase. The amounts are in the currency of the purchase, as text or number. */
export type Amendment = {
  readonly statement:
    | { readonly amount: string | number }
    | { readonly lines: readonly (Omit<PurchaseLine, 'amount'> & { readonly amount: string | number })[] };
  readonly reason: string;
  readonly version: string;
};

/** An order to settle a purchase: to confirm it, to reverse it for a reason, or to amend it. */
export type Settlement = { readonly actor: Actor } & PurchaseReference &
  (
    | { readonly to: 'confirmed' }
    | { readonly to: 'reversed'; readonly reason: ReversalReason }
    | { readonly to: 'amended'; readonly amendment: Amendment }
  );

/** The pending purchases of a merchant that were recorded at or before `recordedUntil` are due. */
export type DueWindow = { readonly merchantId: string; readonly recordedUntil: Temporal.Instant };

/** A purchase that is old enough for auto-confirmation. */
export type DuePurchase = Pick<Purchase, 'id' | 'merchantId' | 'userId' | 'createdAt' | 'revision'>;

export type PurchaseFilter = {
  readonly status?: PurchaseStatus | undefined;
  readonly userId?: string | undefined;
  readonly merchantId?: string | undefined;
  readonly held?: boolean | undefined;
  /** Days (UTC) on which the purchase was recorded, both inclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};
