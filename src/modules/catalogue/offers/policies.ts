import { ruleViolation, type Violation } from '../../../core/errors.ts';
import { readMoney } from '../../../core/money.ts';
import type { CashbackType, Offer, OfferTerms } from './model.ts';
import { parseTermsValue } from './terms.ts';

export type OfferProposal = {
  readonly merchantId: string;
  readonly cashbackType: CashbackType;
  readonly cashbackValue: number;
  readonly currency: string;
  readonly monthlyCap: number | null;
  readonly startDate: string;
  readonly endDate: string;
};

/**
 * Returns the terms of a new offer.
 * @throws VALIDATION_ERROR that names every rule that the proposal breaks.
 */
export function requireSoundTerms(
  proposal: OfferProposal,
  limits: { readonly maxCashbackPercentage: number; readonly today: string },
): Omit<OfferTerms, 'offerId'> {
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
  return [{ field: 'cashback_value', reason: `must be at most ${maximum} percent` }];
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

/** Returns the offer for a purchase on this day. There is at most one: active offers of a merchant never overlap. */
export function offerValidOn(offers: readonly Offer[], merchantId: string, day: string): Offer | undefined {
  return offers.find(
    (offer) =>
      offer.merchantId === merchantId && offer.active && offer.startDate <= day && day <= offer.endDate,
  );
}
