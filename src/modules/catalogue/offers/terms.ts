import { formatMoney, moneyFromNumeric } from '../../../core/money.ts';
import type { CashbackType, OfferTerms } from './model.ts';

const PERCENT_DECIMALS = 4;

/** Formats the value of terms for a `numeric` column: percent with four decimals, or money. */
export function formatTermsValue({
  type,
  value,
  currency,
}: Pick<OfferTerms, 'type' | 'value' | 'currency'>): string {
  if (type === 'fixed') return formatMoney(value, currency);
  const text = value.toString().padStart(PERCENT_DECIMALS + 1, '0');
  return `${text.slice(0, -PERCENT_DECIMALS)}.${text.slice(-PERCENT_DECIMALS)}`;
}

/** The inverse of `formatTermsValue`: `"5"` and `"5.0000"` percent → `50000n`. */
export function parseTermsValue(type: CashbackType, numeric: string, currency: string): bigint {
  if (type === 'fixed') return moneyFromNumeric(numeric, currency);
  const [integer = '', decimals = ''] = numeric.split('.');
  return BigInt(integer + decimals.slice(0, PERCENT_DECIMALS).padEnd(PERCENT_DECIMALS, '0'));
}

/** The value as the API shows it: a JSON number. A double represents 10 digits with 4 decimals exactly. */
export function termsNumber(terms: Pick<OfferTerms, 'type' | 'value' | 'currency'>): number {
  return Number(formatTermsValue(terms));
}

/** The cap as the API shows it. Null if there is none. */
export function capNumber({ monthlyCap, currency }: OfferTerms): number | null {
  return monthlyCap === null ? null : Number(formatMoney(monthlyCap, currency));
}
