import { isDeepStrictEqual } from 'node:util';
import { requireNotOwn } from '../../../core/caller.ts';
import { formatInstant, utcDay } from '../../../core/clock.ts';
import { forbidden, ruleViolation, type Violation, validationError } from '../../../core/errors.ts';
import { formatMoney, unsupportedCurrency } from '../../../core/money.ts';
import { acceptsPurchasesAt, type Merchant } from '../../catalogue/merchants/index.ts';
import { type Offer, offerValidAt } from '../../catalogue/offers/index.ts';
import type { User } from '../../identity/users/index.ts';
import type { Actor } from '../../platform/events/index.ts';
import {
  duplicatePurchase,
  eventTooOld,
  invalidPurchaseStatus,
  merchantNotEligible,
  offerNotAvailable,
  purchaseAlreadyReversed,
  purchaseNotHeld,
  purchaseNotPending,
  purchaseOnHold,
  userNotEligible,
} from './errors.ts';
import { decidingSource, type Source } from './fold.ts';
import { areDistinct, sumOf } from './lines.ts';
import {
  type DueWindow,
  type ExternalReference,
  namespaceOf,
  type PartnerFilter,
  PURCHASE_STATUSES,
  type Purchase,
  type PurchaseLine,
  type PurchaseStatus,
  type PurchaseSubmission,
  type Reporter,
  type RewardedPurchase,
  type SelfReports,
  type Settlement,
  TRANSITIONS,
  type Witness,
} from './model.ts';

/** @throws FORBIDDEN if a user reports a purchase of another user, or an administrator their own. */
export function requireMayReport({ actor, userId }: PurchaseSubmission): void {
  requireNotOwn(actor, userId);
  if (actor.type === 'user' && actor.id !== userId) {
    throw forbidden({ reason: 'You may report your own purchases only.' });
  }
}

/** @throws FORBIDDEN if a partner is limited to other merchants. */
export function requireOwnMerchant(
  { type, merchantIds = null }: Reporter,
  { merchantId }: Pick<Purchase, 'merchantId'>,
): void {
  if (type === 'partner' && merchantIds !== null && !merchantIds.includes(merchantId))
    throw forbidden({ reason: 'This merchant is not one of yours.' });
}

/** A shopper's report reaches back this far, so into at most two months of caps. */
const SELF_REPORT_DAYS = 28;

/** @throws FORBIDDEN if shoppers may not report. */
export function requireMayReportSelf({ actor }: PurchaseSubmission, selfReports: SelfReports): void {
  if (actor.type === 'user' && selfReports === 'refuse')
    throw forbidden({ reason: 'Purchases are reported by partners.' });
}

/** @throws EVENT_TOO_OLD. A shopper reports nothing from before joining. */
export function requireRecent(
  { actor }: PurchaseSubmission,
  purchasedAt: Temporal.Instant,
  user: User,
  limits: { readonly now: Temporal.Instant; readonly maxEventAgeDays: number },
): void {
  const { now, maxEventAgeDays } = limits;
  const isSelfReported = actor.type === 'user';
  const days = isSelfReported ? SELF_REPORT_DAYS : maxEventAgeDays;
  if (days === 0) return;
  const oldest = now.subtract({ hours: 24 * days });
  const isLimitedByJoining = isSelfReported && Temporal.Instant.compare(user.createdAt, oldest) > 0;
  const earliest = isLimitedByJoining ? user.createdAt : oldest;
  if (Temporal.Instant.compare(purchasedAt, earliest) >= 0) return;
  throw eventTooOld({ purchased_at: formatInstant(purchasedAt), earliest: formatInstant(earliest) });
}

/** The most that the clock of a source may be ahead of the platform's clock. */
const CLOCK_SKEW = { seconds: 60 };

/**
 * @throws UNSUPPORTED_CURRENCY, or VALIDATION_ERROR if the time of the purchase is in the future or its lines do not add up.
 */
export function requireAcceptableTerms(
  { amount, currency, purchasedAt, lines }: PurchaseSubmission,
  limits: { readonly supportedCurrencies: readonly string[]; readonly now: Temporal.Instant },
): void {
  if (!limits.supportedCurrencies.includes(currency)) {
    throw unsupportedCurrency({ currency, supported: limits.supportedCurrencies });
  }
  if (purchasedAt !== undefined && Temporal.Instant.compare(purchasedAt, limits.now.add(CLOCK_SKEW)) > 0) {
    throw validationError({
      violations: [{ field: 'purchased_at', reason: 'must not be more than 60 seconds in the future' }],
    });
  }
  if (lines !== undefined) requireSoundLines(lines, amount, currency);
}

export const SAME_LINE_IDS: Violation = {
  field: 'lines',
  reason: 'must have distinct values of `line_id`',
};

function requireSoundLines(lines: readonly PurchaseLine[], amount: bigint, currency: string): void {
  const violations: Violation[] = [];
  if (!areDistinct(lines)) violations.push(SAME_LINE_IDS);
  if (sumOf(lines) !== amount) {
    const reason = `must add up to ${formatMoney(amount, currency)} without those that are rejected`;
    violations.push({ field: 'lines', reason });
  }
  if (violations.length > 0) throw validationError({ violations: violations.slice(0, 1) });
}

/** @throws USER_NOT_ELIGIBLE. */
export function requireEligibleUser(
  user: User | undefined,
  { userId, userReference }: Pick<PurchaseSubmission, 'userId' | 'userReference'>,
): User {
  const named = userReference === undefined ? { user_id: userId } : { user_reference: userReference };
  if (user === undefined) throw userNotEligible({ ...named, reason: 'unknown' });
  if (!user.active) throw userNotEligible({ ...named, reason: 'inactive' });
  return user;
}

/** @throws MERCHANT_NOT_ELIGIBLE. */
export function requireEligibleMerchant(
  merchant: Merchant | undefined,
  merchantId: string,
  purchasedAt: Temporal.Instant,
): void {
  if (merchant === undefined) throw merchantNotEligible({ merchant_id: merchantId, reason: 'unknown' });
  if (!acceptsPurchasesAt(merchant, purchasedAt))
    throw merchantNotEligible({ merchant_id: merchantId, reason: 'inactive' });
}

/**
 * Returns the merchant's offer at the instant of the purchase. An offer with a fixed value or a cap rewards purchases in
 * its own currency only.
 */
export function offerFor(
  { merchantId, currency }: PurchaseSubmission,
  offers: readonly Offer[],
  purchasedAt: Temporal.Instant,
): Offer | undefined {
  const offer = offerValidAt(offers, merchantId, purchasedAt);
  const isMoney = offer?.terms.type === 'fixed' || offer?.terms.monthlyCap != null;
  return isMoney && offer.terms.currency !== currency ? undefined : offer;
}

/** @throws OFFER_NOT_AVAILABLE. */
export function requireOffer(
  { merchantId, currency }: PurchaseSubmission,
  offer: Offer | undefined,
  purchasedAt: Temporal.Instant,
): Offer {
  if (offer !== undefined) return offer;
  throw offerNotAvailable({ merchant_id: merchantId, purchased_on: utcDay(purchasedAt), currency });
}

/**
 * Refuses a repeat, with the first purchase and the fields in which the repeat differs from it. `lines` are those with
 * which the first one was recorded.
 */
export function refuseDuplicate(
  submission: PurchaseSubmission,
  { purchase, reward }: RewardedPurchase,
  lines: readonly PurchaseLine[] | undefined,
) {
  return duplicatePurchase({
    external_id: submission.externalId,
    purchase: {
      id: purchase.id,
      status: purchase.status,
      user_id: purchase.userId,
      merchant_id: purchase.merchantId,
      amount: formatMoney(purchase.originalAmount, purchase.currency),
      currency: purchase.currency,
      purchased_at: formatInstant(purchase.purchasedAt),
      cashback_amount: formatMoney(reward.amount, reward.currency),
      created_at: formatInstant(purchase.createdAt),
    },
    differences: differences(submission, purchase, lines),
  });
}

function differences(
  submission: PurchaseSubmission,
  purchase: Purchase,
  lines: readonly PurchaseLine[] | undefined,
): string[] {
  const { purchasedAt, userReference } = submission;
  const fields: [string, boolean][] = [
    [userReference === undefined ? 'user_id' : 'user_reference', submission.userId !== purchase.userId],
    ['merchant_id', submission.merchantId !== purchase.merchantId],
    ['amount', submission.amount !== purchase.originalAmount],
    ['currency', submission.currency !== purchase.currency],
    // A repeat without a time cannot differ in its time.
    ['purchased_at', purchasedAt !== undefined && !purchasedAt.equals(purchase.purchasedAt)],
    ['lines', !isDeepStrictEqual(submission.lines, lines)],
  ];
  return fields.filter(([, differs]) => differs).map(([field]) => field);
}

/** @throws PURCHASE_NOT_PENDING or PURCHASE_ALREADY_REVERSED, with the current status and the allowed transitions. */
export function requireTransition(
  { id, status }: Pick<Purchase, 'id' | 'status'>,
  to: 'confirmed' | 'reversed',
): void {
  const allowed = TRANSITIONS[status];
  if (allowed.includes(to)) return;
  const refuse = to === 'confirmed' ? purchaseNotPending : purchaseAlreadyReversed;
  throw refuse({ purchase_id: id, status, allowed_transitions: allowed });
}

/** @throws PURCHASE_ALREADY_REVERSED. */
export function requireNotReversed({ id, status }: Pick<Purchase, 'id' | 'status'>): void {
  if (status === 'reversed')
    throw purchaseAlreadyReversed({ purchase_id: id, status, allowed_transitions: TRANSITIONS[status] });
}

/** What is due now, merchant by merchant in the order of their ids. A day is 24 hours. */
export function dueWindows(
  merchants: readonly Merchant[],
  defaultConfirmationDays: number,
  now: Temporal.Instant,
): DueWindow[] {
  return merchants
    .map(({ id, confirmationDays }) => ({
      merchantId: id,
      recordedUntil: now.subtract({ hours: 24 * (confirmationDays ?? defaultConfirmationDays) }),
    }))
    .sort((left, right) => (left.merchantId < right.merchantId ? -1 : 1));
}

/** When the purchase became due, if it is still pending and not held. `recordedUntil` is the window of its merchant. */
export function overdueSince(
  { status, held, createdAt }: Pick<Purchase, 'status' | 'held' | 'createdAt'>,
  recordedUntil: Temporal.Instant | undefined,
  now: Temporal.Instant,
): Temporal.Instant | null {
  if (recordedUntil === undefined || status !== 'pending' || held) return null;
  const dueFor = createdAt.until(recordedUntil);
  return dueFor.sign < 0 ? null : now.subtract(dueFor);
}

/** @throws PURCHASE_ON_HOLD if a caller other than an administrator confirms a held purchase. */
export function requireMayConfirmHeld(
  { id, status, held }: Purchase,
  { actor, to }: Pick<Settlement, 'actor' | 'to'>,
): void {
  if (held && to === 'confirmed' && actor.type !== 'admin') throw purchaseOnHold({ purchase_id: id, status });
}

/** @throws PURCHASE_NOT_HELD. */
export function requireHeld({ id, status, held }: Purchase): void {
  if (!held) throw purchaseNotHeld({ purchase_id: id, status });
}

/** @throws FORBIDDEN if a user reads a purchase of another user. */
export function requireMayRead(actor: Actor, purchase: Purchase): void {
  if (actor.type === 'user' && purchase.userId !== actor.id) {
    throw forbidden({ reason: 'This is not your purchase.' });
  }
}

/** True for a partner that is not a source of the purchase. It is "not found" then, to reveal nothing. */
export function isHiddenFrom(
  actor: Reporter,
  { partnerId, merchantId }: Purchase,
  sources: readonly Source[],
): boolean {
  if (actor.type !== 'partner' || partnerId === actor.id) return false;
  const own = [actor.id, namespaceOf(actor, merchantId)];
  return !sources.some(({ namespace }) => own.includes(namespace));
}

/** Administrators and the platform decide on all; a partner on what no better or earlier source has reported. */
export function decidesOn(
  actor: Reporter,
  { merchantId }: Pick<Purchase, 'merchantId'>,
  sources: readonly Source[],
): boolean {
  if (actor.type !== 'partner') return true;
  const namespace = decidingSource(sources)?.namespace;
  return namespace === actor.id || namespace === namespaceOf(actor, merchantId);
}

/** @throws DUPLICATE_PURCHASE if the source has reported the purchase already: its next report is another part. */
export function requireUnreported(
  { id }: Purchase,
  { namespace, externalId }: Pick<Witness, 'namespace' | 'externalId'>,
  sources: readonly Source[],
): void {
  if (sources.some((source) => source.namespace === namespace))
    throw duplicatePurchase({ external_id: externalId, purchase: { id }, differences: [] });
}

/** @throws VALIDATION_ERROR if the external id names no purchase without its merchant. */
export function requireShopOfId({ actor, merchantId }: ExternalReference): void {
  if (actor.externalIdScope === 'merchant' && merchantId === undefined)
    throw validationError({
      violations: [
        { field: 'merchant_id', reason: 'is required, because your external ids are per merchant' },
      ],
    });
}

/** @throws VALIDATION_ERROR, or PURCHASE_NOT_PENDING of the twin, unless the twin may be taken over as the same purchase. */
export function requireMergeable(purchase: Purchase, twin: Purchase, sourcesOfTwin: readonly Source[]): void {
  const problem =
    (twin.id === purchase.id && 'must be another purchase') ||
    (twin.userId !== purchase.userId && 'must be a purchase of the same user') ||
    (twin.merchantId !== purchase.merchantId && 'must be a purchase at the same merchant') ||
    (twin.currency !== purchase.currency && 'must be a purchase in the same currency') ||
    (sourcesOfTwin.length > 1 && 'has been matched itself: match the two the other way round');
  if (problem) throw ruleViolation({ violations: [{ field: 'purchase_id', reason: problem }] });
  const { id, status } = twin;
  if (status !== 'pending')
    throw purchaseNotPending({ purchase_id: id, status, allowed_transitions: TRANSITIONS[status] });
}

/** A deeper page costs as much as it skips. A cursor does not. */
const MOST_SKIPPED = 10_000;

/** @throws VALIDATION_ERROR for what only administrators may ask, and for an offset that a cursor must replace. */
export function requirePartnerQuery(query: {
  readonly offset?: number;
  readonly updated_since?: unknown;
  readonly partner_id?: unknown;
  readonly source?: unknown;
  readonly overdue?: unknown;
  readonly order?: unknown;
}): void {
  const violations: Violation[] = (['partner_id', 'source', 'overdue', 'order'] as const)
    .filter((field) => query[field] !== undefined)
    .map((field) => ({ field, reason: 'is a filter for administrators' }));
  const mostSkipped = query.updated_since === undefined ? MOST_SKIPPED : 0;
  if ((query.offset ?? 0) > mostSkipped)
    violations.push({ field: 'offset', reason: `must be at most ${mostSkipped}: use \`next_cursor\`` });
  if (violations.length > 0) throw validationError({ violations });
}

/** @throws VALIDATION_ERROR for what only partners may ask, and for filters that no index serves together. */
export function requireAdminQuery(query: {
  readonly updated_since?: unknown;
  readonly overdue?: unknown;
  readonly partner_id?: unknown;
  readonly source?: unknown;
}): void {
  const violations: Violation[] = [];
  if (query.updated_since !== undefined)
    violations.push({ field: 'updated_since', reason: 'is a filter for partners: read `GET /events`' });
  // Each merchant has an index of its pending purchases, a source has none.
  if (query.overdue === false) violations.push({ field: 'overdue', reason: 'must be true' });
  if (query.overdue !== undefined && (query.partner_id !== undefined || query.source !== undefined))
    violations.push({ field: 'overdue', reason: 'cannot be combined with `partner_id` or `source`' });
  if (violations.length > 0) throw validationError({ violations });
}

/** True if the filter selects the purchase, which is as the partner sees it. */
export function isSelected(purchase: Purchase, filter: PartnerFilter): boolean {
  const { statuses, userIds, merchantIds, held, externalIds, orderKeys, from, to } = filter;
  const day = utcDay(purchase.createdAt);
  const isOneOf = (values: readonly string[] | undefined, value: string) => values?.includes(value) ?? true;
  return (
    isOneOf(statuses, purchase.status) &&
    isOneOf(userIds, purchase.userId) &&
    isOneOf(merchantIds, purchase.merchantId) &&
    isOneOf(externalIds, purchase.externalId) &&
    isOneOf(orderKeys, purchase.orderKey ?? '') &&
    purchase.held === (held ?? purchase.held) &&
    day >= (from ?? day) &&
    day <= (to ?? day)
  );
}

/** @throws INVALID_PURCHASE_STATUS. */
export function requirePurchaseStatus(status: string): PurchaseStatus {
  const known = PURCHASE_STATUSES.find((candidate) => candidate === status);
  if (known === undefined) throw invalidPurchaseStatus({ status, allowed: PURCHASE_STATUSES });
  return known;
}
