import type { Offer } from '#app/client.ts';
import type { Days } from '#lib/dates.ts';
import type { Format } from '#lib/format.ts';
import type { en } from '#messages/offers.ts';
import type { BadgeProps } from '#ui/badge.tsx';

type Texts = typeof en;
type Terms = Pick<Offer, 'cashback_type' | 'cashback_value' | 'currency'>;

/** `2.5 %` or `7.50 € each`. */
export function rateText(
  { cashback_type, cashback_value, currency }: Terms,
  t: Texts,
  format: Format,
): string {
  return cashback_type === 'percent'
    ? format.percent(cashback_value)
    : t.each(format.money(String(cashback_value), currency));
}

export type OfferState = keyof Texts['states'];

export const OFFER_LOOKS: Readonly<Record<OfferState, Pick<BadgeProps, 'tone' | 'icon'>>> = {
  active: { tone: 'green', icon: 'check' },
  upcoming: { tone: 'blue', icon: 'clock' },
  ended: { tone: 'grey', icon: 'pause' },
  off: { tone: 'grey', icon: 'cross' },
};

/** Where an offer stands on a day. Days are UTC, as the platform counts them. */
export function stateOf(offer: Pick<Offer, 'status' | 'start_date' | 'end_date'>, today: string): OfferState {
  if (offer.status === 'inactive') return 'off';
  if (offer.start_date > today) return 'upcoming';
  return offer.end_date < today ? 'ended' : 'active';
}

/** Today in UTC as `2026-11-26`. */
export function utcToday(now: Date = new Date()): string {
  return now.toISOString().slice(0, 10);
}

export type Bar = { readonly left: string; readonly width: string };

const DAY_MS = 86_400_000;

/** The place of days on a line from `first` to `last`, in percent of its width. Both days count. */
export function barOf(from: string, to: string, first: string, last: string): Bar {
  const at = (day: string) => Date.parse(`${day}T00:00:00Z`);
  const whole = at(last) - at(first) + DAY_MS;
  const percent = (ms: number) => `${((ms / whole) * 100).toFixed(2)}%`;
  return { left: percent(at(from) - at(first)), width: percent(at(to) - at(from) + DAY_MS) };
}

/** The days that a line of offers covers. Today is always among them. */
export function spanOf(offers: readonly Pick<Offer, 'start_date' | 'end_date'>[], today: string): Days {
  const days = [today, ...offers.flatMap(({ start_date, end_date }) => [start_date, end_date])].sort();
  return { from: days[0] ?? today, to: days.at(-1) ?? today };
}
