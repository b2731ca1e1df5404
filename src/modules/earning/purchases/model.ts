import { hash } from 'node:crypto';
import type { PartnerCaller } from '../../../core/caller.ts';
import { compositeKey } from '../../../core/composite-key.ts';
import type {
  PurchaseRevisionCause,
  PurchaseSourceKind,
  PurchaseStatus,
  ReversalReason,
} from '../../../core/database/schema.generated.ts';
import { normalizeIdentifier } from '../../../core/identifier.ts';
import { distinct } from '../../../core/lists.ts';
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

/** The name of a purchase outside the platform. It is unique in its namespace. */
export type ExternalKey = {
  /** The source whose ids these are: see `namespaceOf`. */
  readonly namespace: string;
  readonly externalId: string;
};

/** An actor that reports and settles. The key of a partner says at which merchants, and whether its ids are per shop. */
export type Reporter = Actor & Partial<Pick<PartnerCaller, 'keyId' | 'merchantIds' | 'externalIdScope'>>;

/** An external id as an actor sends it. */
export type ExternalReference = {
  readonly actor: Reporter;
  readonly externalId: string;
  /** Undefined in a settlement that does not name it. */
  readonly merchantId?: string | undefined;
};

/** The namespace of administrators and of the platform itself. */
export const PLATFORM = '00000000-0000-0000-0000-000000000000';

/**
 * Whose external ids an actor uses: each shopper and each partner has its own, all administrators share one. A partner
 * whose ids are per shop has one for each merchant.
 */
export function namespaceOf({ type, id, externalIdScope }: Reporter, merchantId?: string): string {
  if (id === null || type === 'admin' || type === 'system') return PLATFORM;
  return externalIdScope === 'merchant' && merchantId !== undefined ? namespaceOfShop(id, merchantId) : id;
}

/** The ids of a partner at one merchant: a UUID of version 8 (RFC 9562), which is a hash of both. */
export function namespaceOfShop(partnerId: string, merchantId: string): string {
  const digits = hash('sha256', `${partnerId} ${merchantId}`);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-8${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}

/** The key under which a purchase is recorded. */
export function externalKeyOf({ actor, externalId, merchantId }: ExternalReference): ExternalKey {
  return { namespace: namespaceOf(actor, merchantId), externalId: normalizeIdentifier(externalId) };
}

/**
 * The keys by which a purchase is found, the likeliest first. Older ids were recorded as they were sent, and those of a
 * partner whose ids are per shop today were recorded without their shop.
 */
export function lookupKeysOf(reference: ExternalReference): readonly ExternalKey[] {
  const { actor, externalId, merchantId } = reference;
  const key = externalKeyOf(reference);
  const namespaces = distinct([
    key.namespace,
    namespaceOf({ ...actor, externalIdScope: 'partner' }, merchantId),
  ]);
  const ids = distinct([externalId, key.externalId]);
  return namespaces.flatMap((namespace) => ids.map((id) => ({ namespace, externalId: id })));
}

/** An external key as text, to be used as the key of a `Map`. */
export function keyText({ namespace, externalId }: ExternalKey): string {
  return compositeKey(namespace, externalId);
}

/** A purchase as it was reported. */
export type PurchaseSubmission = {
  readonly actor: Reporter;
  readonly externalId: string;
  readonly userId: string;
  /** The operator's own reference, if the source named the user by it. */
  readonly userReference?: string | undefined;
  readonly merchantId: string;
  /** Minor units of `currency`. */
  readonly amount: bigint;
  readonly currency: string;
  /** Undefined means now. */
  readonly purchasedAt: Temporal.Instant | undefined;
  /** The order, by `orderKeyOf`, if the source reports it. */
  readonly orderKey?: string | undefined;
  /** The parts of the order, if the source names any. */
  readonly lines?: readonly PurchaseLine[] | undefined;
};

/** A report as it comes in: its user may be known by the operator's own reference only. */
export type PurchaseReport =
  | PurchaseSubmission
  | (Omit<PurchaseSubmission, 'userId'> & { readonly userId?: undefined; readonly userReference: string });

export type Purchase = ExternalKey & {
  readonly id: string;
  /** Null if an administrator or the user reported it. */
  readonly partnerId: string | null;
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
  /** In whose queue a confirmed purchase had to wait for room, because a ceiling limits what a day releases. */
  readonly releaseQueue: string | null;
  /** When a purchase of a queue got its reward released. Null if it waits, was reversed first, or did not wait. */
  readonly releasedAt: Temporal.Instant | null;
  /** The number of the latest revision; 0 for a purchase as it was recorded. */
  readonly revision: number;
  /** The shop's order, as `orderKeyOf` gives it. */
  readonly orderKey: string | null;
};

/** True if a purchase is confirmed and its reward still pending. */
export function isAwaitingRelease({
  status,
  releaseQueue,
  releasedAt,
}: Pick<Purchase, 'status' | 'releaseQueue' | 'releasedAt'>): boolean {
  return status === 'confirmed' && releaseQueue !== null && releasedAt === null;
}

/** Another source that has reported a purchase, with its own id and amount. */
export type Witness = ExternalKey & {
  readonly purchaseId: string;
  readonly kind: PurchaseSourceKind;
  /** Of a partner, in a new report. The namespace names it afterwards. */
  readonly partnerId?: string | null;
  /** Minor units of `currency`. */
  readonly amount: bigint;
  readonly currency: string;
  readonly reportedAt: Temporal.Instant;
};

/** The form in which sources compare references of an order: lower case, letters and digits only. Empty if it has none. */
export function orderKeyOf(reference: string): string {
  return reference
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Who reported a purchase first. */
export function kindOfRow({ partnerId, namespace, userId }: Purchase): PurchaseSourceKind {
  if (partnerId !== null) return 'partner';
  return namespace === userId ? 'shopper' : 'admin';
}

export function kindOfReporter({ type }: Actor): PurchaseSourceKind {
  if (type === 'partner') return 'partner';
  return type === 'user' ? 'shopper' : 'admin';
}

/** A part of an order. Lines that were not rejected add up to the amount of the purchase. */
export type PurchaseLine = {
  readonly lineId: string;
  /** Minor units of the purchase's currency. */
  readonly amount: bigint;
  readonly category: string | null;
  readonly status: 'pending' | 'approved' | 'rejected';
};

/** Facts about a purchase that few have. */
export type PurchaseDetails = {
  readonly purchaseId: string;
  readonly lines: readonly PurchaseLine[];
  readonly currency: string;
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

/** What becomes of purchases that shoppers report. */
export type SelfReports = 'hold' | 'refuse';

export type RewardedPurchase = { readonly purchase: Purchase; readonly reward: Reward };

/** `matched`: another source has reported the purchase before. */
export type AcceptedPurchase = RewardedPurchase & { readonly matched: boolean };

/** A purchase as the API shows it. */
export type PurchaseView = RewardedPurchase & { readonly merchantName: string };

/** A purchase as staff sees it in a list. Without a partner if a user or an administrator reported it. */
export type StaffPurchaseView = PurchaseView & {
  readonly userEmail: string;
  readonly partnerName: string | null;
  /** When the platform could have confirmed it. Null if it is not overdue. */
  readonly overdueSince: Temporal.Instant | null;
};

/** A purchase with the present lines of the order. Null if it has none. */
export type PurchaseDetailView = PurchaseView & { readonly lines: readonly PurchaseLine[] | null };

/** The id of a purchase, or the external id with which the actor reported it. */
type PurchaseReference =
  | { readonly purchaseId: string }
  | { readonly externalId: string; readonly merchantId?: string | undefined };

/** A later word of a source on a purchase. The amounts are in the currency of the purchase, as text or number. */
export type Amendment = {
  readonly statement:
    | { readonly amount: string | number }
    | { readonly lines: readonly (Omit<PurchaseLine, 'amount'> & { readonly amount: string | number })[] };
  readonly reason: string;
  readonly version: string;
};

/**
 * What a settlement does: confirms a purchase, makes the reward of a confirmed one available that had to wait, reverses it
 * for a reason, amends it, takes another source's report of it, or takes over another purchase that is the same.
 */
type SettlementAction =
  | { readonly to: 'confirmed' }
  | { readonly to: 'available' }
  | { readonly to: 'reversed'; readonly reason: ReversalReason }
  | { readonly to: 'amended'; readonly amendment: Amendment }
  | {
      readonly to: 'matched';
      readonly witness: Omit<Witness, 'purchaseId'>;
      /** The parts of the order, if the other source names any. */
      readonly lines?: readonly PurchaseLine[];
      readonly reason: string;
    }
  | { readonly to: 'merged'; readonly twinId: string; readonly reason: string };

export type Settlement = { readonly actor: Reporter } & PurchaseReference & SettlementAction;

/** A settlement whose purchase was found. */
export type SettlementOfId<To extends SettlementAction['to'] = SettlementAction['to']> = {
  readonly actor: Reporter;
  readonly purchaseId: string;
} & Extract<SettlementAction, { readonly to: To }>;

/** The pending purchases of a merchant that were recorded at or before `recordedUntil` are due. */
export type DueWindow = { readonly merchantId: string; readonly recordedUntil: Temporal.Instant };

/** A purchase that is old enough for auto-confirmation. */
export type DuePurchase = Pick<Purchase, 'id' | 'merchantId' | 'userId' | 'createdAt' | 'revision'>;

/** Of each list, one value must match. */
export type PurchaseFilter = {
  readonly statuses?: readonly PurchaseStatus[] | undefined;
  readonly userIds?: readonly string[] | undefined;
  readonly merchantIds?: readonly string[] | undefined;
  /** Partners that reported the purchase first. */
  readonly partnerIds?: readonly string[] | undefined;
  /** Who reported the purchase first. */
  readonly sources?: readonly PurchaseSourceKind[] | undefined;
  /** As any source named the purchase, in the form of `normalizeIdentifier` or as it was sent. */
  readonly externalIds?: readonly string[] | undefined;
  /** As the first source named the purchase. */
  readonly firstExternalIds?: readonly string[] | undefined;
  /** In the form of `orderKeyOf`. */
  readonly orderKeys?: readonly string[] | undefined;
  readonly held?: boolean | undefined;
  /** Only pending purchases of these windows that are not held, one window for each merchant. Not with a source. */
  readonly due?: readonly DueWindow[] | undefined;
  /** Days (UTC) on which the purchase was recorded, both inclusive. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

/** What staff asks. An overdue purchase is pending, not held, and its days until automatic confirmation are over. */
export type StaffFilter = Omit<PurchaseFilter, 'due'> & { readonly isOverdue?: boolean | undefined };

/** What a partner selects of the purchases that it has reported. `externalIds` are its own. */
export type PartnerFilter = Pick<
  PurchaseFilter,
  'statuses' | 'userIds' | 'merchantIds' | 'held' | 'externalIds' | 'orderKeys' | 'from' | 'to'
>;

/** A user whose purchases may speak against a payout that was requested at `since`. */
export type BlockedUser = { readonly userId: string; readonly since: Temporal.Instant };

/** A purchase that speaks against paying its buyer. */
export type Blocker = { readonly userId: string; readonly purchaseId: string } & (
  | { readonly kind: 'held' }
  | { readonly kind: 'reversed_for_fraud'; readonly reversedAt: Temporal.Instant }
);
