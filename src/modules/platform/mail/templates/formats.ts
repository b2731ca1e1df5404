import { formatMoney } from '../../../../core/money.ts';
import type { Locale, Money, Reward } from '../model.ts';
import { type Block, facts } from './blocks.ts';

export type Formats = ReturnType<typeof formatsOf>;

/** Instants are shown in UTC: the platform does not know where the recipient is. */
const INSTANT = { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' } as const;

/** A mail names this many purchases at most. */
const MAX_REWARDS = 25;

/** Amounts and dates as a language writes them. */
export function formatsOf(locale: Locale) {
  function money({ minor, currency }: Money): string {
    // A decimal as text, which Intl reads exactly.
    const decimal = formatMoney(minor, currency) as Intl.StringNumericLiteral;
    return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(decimal);
  }

  function instant(at: Temporal.Instant): string {
    return `${at.toLocaleString(locale, INSTANT)} UTC`;
  }

  function date(day: Temporal.PlainDate): string {
    return day.toLocaleString(locale, { dateStyle: 'long' });
  }

  /** One row for each reward, up to a limit. */
  function rewards(list: readonly Reward[], furtherRewards: (count: number) => string): Block {
    const shown = list.slice(0, MAX_REWARDS);
    const further = list.slice(MAX_REWARDS);
    return facts([
      ...shown.map(({ merchantName, cashback }) => [merchantName, money(cashback)] as const),
      ...(further.length === 0 ? [] : [[furtherRewards(further.length), sums(further)] as const]),
    ]);
  }

  /** The sum of each currency. */
  function sums(list: readonly Reward[]): string {
    const minorByCurrency = new Map<string, bigint>();
    for (const { cashback } of list)
      minorByCurrency.set(cashback.currency, (minorByCurrency.get(cashback.currency) ?? 0n) + cashback.minor);
    return [...minorByCurrency].map(([currency, minor]) => money({ minor, currency })).join(' + ');
  }

  return { money, instant, date, rewards, sums };
}
