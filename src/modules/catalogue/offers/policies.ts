import { ruleViolation, type Violation } from '../../../core/errors.ts';
import { readMoney } from '../../../core/money.ts';
import type { CashbackType, Offer, OfferTerms, Period } from './model.ts';
import { parseTermsValue } from './terms.ts';

export type OfferProposal = {
  readonly merchantId: string;
  readonly cashbackType: CashbackType;
  readonly cashbackValue: number;
  readonly currency: string;
  readonly monthlyCap: number | null;
  readonly startDate: string;
  readonly endDate: string;
  /** The offer whose caps the new one counts against. By default it has its own. */
  readonly continues?: string;
  /** By default that of the offer that it continues, otherwise false. */
  readonly capRefill?: boolean;
};

/**
 * Returns the terms of a new offer.
 * @throws VALIDATION_ERROR that names every rule that the proposal breaks.
 */
export function requireSoundTerms(
  proposal: OfferProposal,
  limits: { readonly maxCashbackPercentage: number; readonly today: string },
): Omit<OfferTerms, 'offerId' | 'capGroup'> {
  const { cashbackType: type, cashbackValue, currency, monthlyCap } = proposal;
  const violations = [
    ...valueViolations(proposal, limits.maxCashbackPercentage),
    ...moneyViolations('monthly_cap', monthlyCap, currency),
    ...dateViolations(proposal, limits.today),
  ];
  if (violations.length > 0) throw ruleViolation({ violations });
  return {
    type,
    value: parseTermsValue(type, String(cashbackValue), currency),
    currency,
    monthlyCap: monthlyCap === null ? null : parseTermsValue('fixed', String(monthlyCap), currency),
  };
}

function valueViolations(
  { cashbackType, cashbackValue, currency }: OfferProposal,
  maximum: number,
): Violation[] {
  if (cashbackType === 'fixed') return moneyViolations('cashback_value', cashbackValue, currency);
  if (cashbackValue <= 0) return [{ field: 'cashback_value', reason: 'must be above zero' }];
  if (cashbackValue <= maximum) return [];
  const reason = `must be at most ${maximum} percent`;
  return [{ field: 'cashback_value', reason, rule: 'maximum', limit: String(maximum) }];
}

function moneyViolations(field: string, value: number | null, currency: string): Violation[] {
  if (value === null) return [];
  const reading = readMoney(value, currency);
  return 'problem' in reading ? [{ field, reason: reading.problem }] : [];
}

function dateViolations({ startDate, endDate }: OfferProposal, today: string): Violation[] {
  const violations: Violation[] = [];
  // ISO dates can be compared as text.
  if (startDate > endDate) violations.push({ field: 'start_date', reason: 'must not be after end_date' });
  if (endDate < today) violations.push({ field: 'end_date', reason: 'must not be in the past' });
  return violations;
}

/** True if the offer is valid on some day from `from` to `to`. */
export function reachesInto({ startDate, endDate }: Offer, from: string, to: string): boolean {
  return startDate <= to && endDate >= from;
}

/** Returns the offer for a purchase at this instant. There is at most one: what rules at a merchant never overlaps. */
export function offerValidAt(
  offers: readonly Offer[],
  merchantId: string,
  at: Temporal.Instant,
): Offer | undefined {
  return offers.find((offer) => offer.merchantId === merchantId && includes(offer.validity, at));
}

/** A part of a cap that a user has used in a month, in minor units. */
export type CapUse = { readonly cap: bigint; readonly used: bigint };

/** What the cap leaves. A larger offer of the same group may have raised it. Null without a cap. */
export function capLeft({ monthlyCap }: OfferTerms, use: CapUse | undefined): bigint | null {
  if (monthlyCap === null || use === undefined) return monthlyCap;
  return (use.cap > monthlyCap ? use.cap : monthlyCap) - use.used;
}

export function includes(validity: readonly Period[], at: Temporal.Instant): boolean {
  return validity.some(
    ({ from, until }) => Temporal.Instant.compare(from, at) <= 0 && Temporal.Instant.compare(at, until) < 0,
  );
}

/** @throws VALIDATION_ERROR unless the new last day is later than the present one, and not in the past. */
export function requireExtension({ endDate }: Offer, newEndDate: string, today: string): void {
  const violations: Violation[] = [];
  if (newEndDate < endDate) violations.push({ field: 'end_date', reason: `must not be before ${endDate}` });
  if (newEndDate < today) violations.push({ field: 'end_date', reason: 'must not be in the past' });
  if (violations.length > 0) throw ruleViolation({ violations: violations.slice(0, 1) });
}

/** @throws VALIDATION_ERROR if the instant is in the future. */
export function requirePast(effectiveFrom: Temporal.Instant, now: Temporal.Instant): void {
  if (Temporal.Instant.compare(effectiveFrom, now) <= 0) return;
  throw ruleViolation({ violations: [{ field: 'effective_from', reason: 'must not be in the future' }] });
}

/**
 * Returns the group of caps of an offer that continues another one, and how their room is filled.
 * @throws VALIDATION_ERROR unless both are of one merchant, in one currency, and fill room alike.
 */
export function continuedCaps(
  continued: Offer,
  { merchantId, currency, capRefill = continued.capRefill }: OfferProposal,
): { readonly capGroup: string; readonly capRefill: boolean } {
  const violations: Violation[] = [];
  if (continued.merchantId !== merchantId)
    violations.push({ field: 'continues', reason: 'must be an offer of the same merchant' });
  else if (continued.terms.currency !== currency)
    violations.push({ field: 'continues', reason: 'must be an offer in the same currency' });
  else if (continued.capRefill !== capRefill)
    violations.push({ field: 'cap_refill', reason: 'must be that of the offer in `continues`' });
  if (violations.length > 0) throw ruleViolation({ violations });
  return { capGroup: continued.terms.capGroup, capRefill };
}
