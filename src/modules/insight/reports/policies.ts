import { ruleViolation } from '../../../core/errors.ts';
import { reportsNotReady } from './errors.ts';
import type { DayRange, Outcomes, Overdue, PendingAge, PendingDay, Progress } from './model.ts';

/*
 * What ranges and shares of reports mean. Pure.
 */

const USUAL_DAYS = 30;

const FIRST_DAY = Temporal.PlainDate.from('0001-01-01');

/** Three years: a report has a row for each day. */
const MOST_DAYS = 1_096;

/**
 * The days of a report: 30 up to today (UTC) unless the request names others.
 * @throws VALIDATION_ERROR if they are too many.
 */
export function rangeOf(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  today: Temporal.PlainDate,
): DayRange {
  const last = to === undefined ? today : Temporal.PlainDate.from(to);
  const first = from === undefined ? usualStart(last) : Temporal.PlainDate.from(from);
  if (first.until(last).days >= MOST_DAYS)
    throw ruleViolation({
      violations: [{ field: 'to', reason: `must be less than ${MOST_DAYS} days after from` }],
    });
  return { from: first.toString(), to: last.toString() };
}

/** No day before the year 1 can be written as `YYYY-MM-DD`. */
function usualStart(last: Temporal.PlainDate): Temporal.PlainDate {
  const start = last.subtract({ days: USUAL_DAYS - 1 });
  return start.year < 1 ? FIRST_DAY : start;
}

/** @throws REPORTS_NOT_READY. */
export function requireReady({ asOf, isComplete }: Progress): Temporal.Instant {
  if (asOf === null || !isComplete) throw reportsNotReady({ retry_after_seconds: 60 });
  return asOf;
}

/** All days of a range, with `none` for those that have no row. */
export function everyDay<Row extends { readonly day: string }>(
  { from, to }: DayRange,
  rows: readonly Row[],
  none: (day: string) => Row,
): readonly Row[] {
  const rowOf = new Map(rows.map((row) => [row.day, row]));
  const count = Temporal.PlainDate.from(from).until(to).days + 1;
  return Array.from({ length: Math.max(count, 0) }, (_, index) => {
    const day = Temporal.PlainDate.from(from).add({ days: index }).toString();
    return rowOf.get(day) ?? none(day);
  });
}

/** A part of a whole from 0 to 1, with four decimals. Null of nothing. */
export function shareOf(part: bigint | number, whole: bigint | number): number | null {
  if (Number(whole) === 0) return null;
  return Math.round((Number(part) / Number(whole)) * 10_000) / 10_000;
}

/** How much of the settled cashback was confirmed. */
export function confirmedShare({
  availableCashback,
  reversedCashback,
}: Pick<Outcomes, 'availableCashback' | 'reversedCashback'>): number | null {
  return shareOf(availableCashback, availableCashback + reversedCashback);
}

/** The first days of each age. */
const AGES = [0, 8, 15, 31, 61, 91];

/** Sums up by age. A purchase of today is 0 days old. */
export function pendingByAge(
  days: readonly PendingDay[],
  overdue: readonly Pick<Overdue, 'day' | 'cashback'>[],
  today: Temporal.PlainDate,
): readonly PendingAge[] {
  return AGES.map((fromDays, index) => {
    const next = AGES[index + 1];
    const isOfAge = ({ day }: { readonly day: string }) => {
      const age = Math.max(0, Temporal.PlainDate.from(day).until(today).days);
      return age >= fromDays && (next === undefined || age < next);
    };
    const pending = days.filter(isOfAge);
    return {
      fromDays,
      toDays: next === undefined ? null : next - 1,
      amount: pending.reduce((sum, { amount }) => sum + amount, 0n),
      count: pending.reduce((sum, { count }) => sum + count, 0),
      overdueAmount: overdue.filter(isOfAge).reduce((sum, { cashback }) => sum + cashback, 0n),
    };
  });
}
