import type { Format } from '#lib/format.ts';
import type { ActiveOffer } from './queries.ts';

/** `2.5 %`, or `7.50 €` for an offer of fixed amounts. */
export function rateText(
  { cashback_type: type, cashback_value: value, currency }: ActiveOffer,
  format: Format,
): string {
  return type === 'percent' ? format.percent(value) : format.money(String(value), currency);
}

/** Percentages first, the highest first; then fixed amounts. No amount is compared with another currency's. */
export function byRate(one: ActiveOffer, other: ActiveOffer): number {
  if (one.cashback_type !== other.cashback_type) return one.cashback_type === 'percent' ? -1 : 1;
  return other.cashback_value - one.cashback_value || byName(one, other);
}

export function byName(one: ActiveOffer, other: ActiveOffer): number {
  return one.merchant_name.localeCompare(other.merchant_name);
}

/** Whether the name has the text, whatever the case and accents. */
export function matches({ merchant_name: name }: ActiveOffer, text: string): boolean {
  return plain(name).includes(plain(text));
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
