import { requireNotOwn } from '../../../core/caller.ts';
import { formatInstant, utcDate } from '../../../core/clock.ts';
import { forbidden, namedViolations, notFound, ruleViolation, type Violation } from '../../../core/errors.ts';
import { formatMoney, unsupportedCurrency } from '../../../core/money.ts';
import type { Actor } from '../../platform/events/index.ts';
import { type FourEyesAbove, type Movement, needsFourEyes } from '../wallets/index.ts';
import {
  type BlockReason,
  emailVerificationRequired,
  type PolicyViolation,
  payoutBlocked,
  payoutInvalidTransition,
  payoutPolicyViolation,
} from './errors.ts';
import {
  type BankDetails,
  type Blocker,
  type Payout,
  type PayoutLimits,
  type PayoutMove,
  type PayoutOrder,
  type PayoutStatement,
  REFUNDED,
  type StoredAccount,
  TRANSITIONS,
} from './model.ts';

/** @throws EMAIL_VERIFICATION_REQUIRED unless the owner has proved the address. */
export function requireProvenEmail({ userId }: PayoutOrder, proven: ReadonlySet<string>): void {
  if (!proven.has(userId)) throw emailVerificationRequired();
}

/** @throws UNSUPPORTED_CURRENCY. */
export function requireSupportedCurrency(
  { currency }: Pick<PayoutOrder, 'currency'>,
  supported: readonly string[],
): void {
  if (!supported.includes(currency)) throw unsupportedCurrency({ currency, supported });
}

/**
 * @param usedThisMonth the sum of the user's payouts in this calendar month without refunded ones, in minor units.
 * @throws PAYOUT_POLICY_VIOLATION with every rule that the amount breaks.
 */
export function requireWithinLimits(
  { amount, currency }: Pick<PayoutOrder, 'amount' | 'currency'>,
  usedThisMonth: bigint,
  limits: PayoutLimits,
): void {
  const minimum = limits.minimum.get(currency);
  const monthly = limits.monthly.get(currency);
  if (minimum === undefined || monthly === undefined) throw new Error(`${currency} has no payout limits`);

  const money = (minor: bigint) => formatMoney(minor, currency);
  const violations: PolicyViolation[] = [];
  if (amount < minimum) {
    const reason = `must be at least ${money(minimum)}`;
    violations.push({ rule: 'minimum_amount', field: 'amount', reason, limit: money(minimum) });
  }
  if (usedThisMonth + amount > monthly) {
    const used = money(usedThisMonth);
    const reason = `must keep the payouts of this month, ${used} so far, within ${money(monthly)}`;
    violations.push({ rule: 'monthly_limit', field: 'amount', reason, limit: money(monthly), used });
  }
  if (violations.length > 0) throw payoutPolicyViolation({ violations, currency });
}

/**
 * An order may name an account by an earlier payout, of the same user only.
 * @throws VALIDATION_ERROR, equally for a payout that does not exist, of another user, or without its bank details.
 */
export function requireOwnAccount(
  { userId }: PayoutOrder,
  account: StoredAccount | undefined,
): StoredAccount {
  if (account?.userId === userId && account.encryptedDetails !== '') return account;
  const reason = 'must be a payout of yours whose bank details are still kept';
  throw ruleViolation({ violations: [{ field: 'details.from_payout_id', reason }] });
}

/** The start of the calendar month (UTC). */
export function startOfMonth(now: Temporal.Instant): Temporal.Instant {
  return utcDate(now).with({ day: 1 }).toZonedDateTime('UTC').toInstant();
}

export function newPayout(
  id: string,
  order: PayoutOrder,
  bankDetails: BankDetails,
  now: Temporal.Instant,
): Payout {
  const { userId, amount, currency, method } = order;
  return {
    id,
    userId,
    amount,
    currency,
    method,
    maskedDetails: maskBankDetails(bankDetails),
    status: 'requested',
    requestedAt: now,
    processingAt: null,
    settledAt: null,
    externalReference: null,
    failureReason: null,
    returnedAt: null,
    returnReason: null,
    processingBy: null,
    completedBy: null,
    needsFourEyes: false,
  };
}

/** `DE89**************3000` and `E*** M***`: enough for the owner to recognise the account. */
export function maskBankDetails({ iban, accountHolder }: BankDetails): BankDetails {
  return {
    iban: iban.slice(0, 4) + '*'.repeat(iban.length - 8) + iban.slice(-4),
    accountHolder: accountHolder
      .split(/\s+/)
      .map((word) => `${[...word][0]}***`)
      .join(' '),
  };
}

/** The movement of a payout in this status: out of the wallet when requested, back when failed, cancelled or returned. */
export function movementOf({ id, userId, amount, currency, status }: Payout): Movement[] {
  const source = { type: 'payout', id } as const;
  if (status === 'requested') {
    return [{ userId, currency, amount, source, type: 'payout', from: 'available', to: 'paid' }];
  }
  if (!REFUNDED.includes(status)) return [];
  return [{ userId, currency, amount, source, type: 'payout_refund', from: 'paid', to: 'available' }];
}

/** @throws VALIDATION_ERROR that names each missing field, and each field that belongs to another status. */
export function requireWholeMove({ to, externalReference, reason }: PayoutMove): void {
  const violations: Violation[] = [];
  const check = (field: string, value: string | undefined, ...owners: PayoutMove['to'][]) => {
    const isOwner = owners.includes(to);
    if (isOwner && value === undefined) {
      violations.push({ field, reason: `is required for the status ${to}` });
    }
    if (!isOwner && value !== undefined) {
      violations.push({ field, reason: `is allowed only for the status ${owners.join(' or ')}` });
    }
  };
  check('external_reference', externalReference, 'completed');
  check('reason', reason, 'failed', 'returned');
  if (violations.length > 0) throw ruleViolation({ violations });
}

/**
 * Only the owner can cancel a payout, and an administrator decides about no payout of their own.
 * @throws NOT_FOUND if there is no such payout or another caller cancels it, or FORBIDDEN.
 */
export function requireMovable(payout: Payout | undefined, { actor, payoutId, to }: PayoutMove): Payout {
  if (payout === undefined || (to === 'cancelled' && payout.userId !== actor.id)) {
    throw notFound('payout', payoutId);
  }
  if (to !== 'cancelled') requireNotOwn(actor, payout.userId);
  return payout;
}

/** Returns the payout after a move. @throws PAYOUT_INVALID_TRANSITION. */
export function moved(payout: Payout, move: PayoutMove, now: Temporal.Instant): Payout {
  const { to, externalReference = null, reason = null } = move;
  const allowed = TRANSITIONS[payout.status];
  if (!allowed.includes(to)) {
    throw payoutInvalidTransition({
      payout_id: payout.id,
      status: payout.status,
      allowed_transitions: allowed,
    });
  }
  switch (to) {
    case 'processing':
      return { ...payout, status: to, processingAt: now, processingBy: move.actor.id };
    case 'completed':
      return { ...payout, status: to, settledAt: now, externalReference, completedBy: move.actor.id };
    case 'returned':
      return { ...payout, status: to, returnedAt: now, returnReason: reason };
    default:
      return { ...payout, status: to, settledAt: now, failureReason: reason };
  }
}

/** The verdict is never taken back: a limit that was raised meanwhile leaves it as it is. */
export function withVerdict(payout: Payout, above: FourEyesAbove): Payout {
  return { ...payout, needsFourEyes: payout.needsFourEyes || needsFourEyes(payout, above) };
}

/** @throws FORBIDDEN with the reason `four_eyes` unless another administrator has taken the payout to `processing`. */
export function requireFourEyes({ status, needsFourEyes, processingBy, completedBy }: Payout): void {
  if (status !== 'completed' || !needsFourEyes) return;
  if (processingBy === null || processingBy === completedBy) throw forbidden({ reason: 'four_eyes' });
}

/** Money leaves the platform by this move, so that the payout is reviewed first. */
export function isReviewed({ to }: Pick<PayoutMove, 'to'>): boolean {
  return to === 'processing' || to === 'completed';
}

const MAX_NAMED_PURCHASES = 20;

/**
 * @param owner as the transaction has locked it: whether the account is active, the available balance in minor units, and
 * the purchases that speak against paying.
 * @throws PAYOUT_BLOCKED with every reason.
 */
export function requireUnblocked(
  payout: Payout,
  owner: { readonly active: boolean; readonly available: bigint; readonly blockers: readonly Blocker[] },
): void {
  const { currency, requestedAt } = payout;
  const reasons: BlockReason[] = [];
  if (!owner.active) reasons.push({ reason: 'owner_inactive' });
  if (owner.available < 0n) {
    const available = formatMoney(owner.available, currency);
    reasons.push({ reason: 'negative_balance', available_balance: available, currency });
  }
  const name = (reason: 'purchase_held' | 'purchase_reversed_for_fraud', found: readonly Blocker[]) => {
    const ids = found.slice(0, MAX_NAMED_PURCHASES).map(({ purchaseId }) => purchaseId);
    if (ids.length > 0) reasons.push({ reason, purchase_ids: ids });
  };
  name(
    'purchase_held',
    owner.blockers.filter(({ kind }) => kind === 'held'),
  );
  name(
    'purchase_reversed_for_fraud',
    owner.blockers.filter(
      (blocker) =>
        blocker.kind === 'reversed_for_fraud' &&
        Temporal.Instant.compare(blocker.reversedAt, requestedAt) >= 0,
    ),
  );
  if (reasons.length > 0) throw payoutBlocked({ payout_id: payout.id, reasons });
}

/**
 * The bank details are for the administrator who is paying, and only while the user cannot cancel any more.
 * @throws FORBIDDEN.
 */
export function requireMayReveal({ userId, status, processingBy }: Payout, actor: Actor): void {
  requireNotOwn(actor, userId);
  if (status !== 'processing') throw forbidden({ reason: 'The payout must be in the status processing.' });
  if (processingBy !== actor.id)
    throw forbidden({ reason: 'Only the administrator who took the payout to processing may read them.' });
}

/**
 * The rule of `requireMayReveal` for each payout of a list, which is given in full or not at all.
 * @throws VALIDATION_ERROR that names each place in the list whose payout is missing or not the actor's to pay.
 */
export function requireMayRevealAll(
  ids: readonly string[],
  payouts: ReadonlyMap<string, Payout>,
  actor: Actor,
): readonly Payout[] {
  const mayReveal = (payout: Payout | undefined) =>
    payout?.status === 'processing' && payout.processingBy === actor.id && payout.userId !== actor.id;
  const violations = ids.flatMap((id, index): Violation[] =>
    mayReveal(payouts.get(id))
      ? []
      : [
          {
            field: `ids.${index}`,
            reason: 'must be a payout that you took to processing, where it still is',
          },
        ],
  );
  if (violations.length > 0) throw ruleViolation(namedViolations(violations));
  return ids.flatMap((id) => payouts.get(id) ?? []);
}

export function statementOf(payout: Payout): PayoutStatement {
  const { maskedDetails, processingAt, settledAt, returnedAt } = payout;
  return {
    id: payout.id,
    status: payout.status,
    amount: formatMoney(payout.amount, payout.currency),
    currency: payout.currency,
    method: payout.method,
    details: { iban: maskedDetails.iban, account_holder: maskedDetails.accountHolder },
    requested_at: formatInstant(payout.requestedAt),
    processing_at: processingAt && formatInstant(processingAt),
    settled_at: settledAt && formatInstant(settledAt),
    external_reference: payout.externalReference,
    failure_reason: payout.failureReason,
    returned_at: returnedAt && formatInstant(returnedAt),
    return_reason: payout.returnReason,
  };
}
