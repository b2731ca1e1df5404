import { addDays, type Days } from '#lib/dates.ts';
import { jsonNumber } from '#lib/json-number.ts';
import { money } from '#lib/money.ts';

/* The numbers here are heights of bars. What people read is the decimal of the API beside each. */

/** The most series that one chart tells apart. The last one gathers the rest. */
const MOST_SERIES = 4;

export function utcToday(now: Date = new Date()): string {
  return now.toISOString().slice(0, 10);
}

/** The height of a bar. Never shown. */
export function heightOf(amount: string): number {
  return jsonNumber(money(amount));
}

/** Each day of a range, in order. */
export function daysIn({ from, to }: Days): string[] {
  const days: string[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}

type DailyRow = {
  readonly day: string;
  readonly recorded: string;
  readonly confirmed: string;
  readonly reversed: string;
};

export type DailyBar = {
  readonly day: string;
  readonly recorded?: number;
  readonly confirmed?: number;
  readonly reversed?: number;
  /** What the person reads. Undefined on a day without a report: its gap stays a gap. */
  readonly row?: DailyRow;
};

export function dailyBars(rows: readonly DailyRow[]): DailyBar[] {
  const byDay = new Map(rows.map((row) => [row.day, row]));
  const days = [...byDay.keys()].sort();
  const [from, to] = [days[0], days.at(-1)];
  if (from === undefined || to === undefined) return [];
  return daysIn({ from, to }).map((day) => {
    const row = byDay.get(day);
    if (row === undefined) return { day };
    const { recorded, confirmed, reversed } = row;
    return {
      day,
      row,
      recorded: heightOf(recorded),
      confirmed: heightOf(confirmed),
      reversed: heightOf(reversed),
    };
  });
}

type RefusalRow = { readonly day: string; readonly code: string; readonly count: number };

export type RefusalBars = {
  /** The codes, the most frequent first. `null` gathers all others. */
  readonly codes: readonly (string | null)[];
  readonly days: readonly { readonly day: string; readonly counts: readonly number[] }[];
};

/** Refusals by day and code. Beyond four codes the rest is gathered. */
export function refusalBars(rows: readonly RefusalRow[]): RefusalBars {
  const totals = new Map<string, number>();
  for (const { code, count } of rows) totals.set(code, (totals.get(code) ?? 0) + count);
  const ranked = [...totals].sort(([a, left], [b, right]) => right - left || a.localeCompare(b));
  const names = ranked.map(([code]) => code);
  const named = names.length > MOST_SERIES ? names.slice(0, MOST_SERIES - 1) : names;
  const codes = names.length > MOST_SERIES ? [...named, null] : named;
  const days = [...new Set(rows.map(({ day }) => day))].sort();
  const [from, to] = [days[0], days.at(-1)];
  if (from === undefined || to === undefined) return { codes, days: [] };
  return {
    codes,
    days: daysIn({ from, to }).map((day) => ({
      day,
      counts: codes.map((code) =>
        rows
          .filter((row) => row.day === day && (code === null ? !named.includes(row.code) : row.code === code))
          .reduce((sum, { count }) => sum + count, 0),
      ),
    })),
  };
}
