import { daysOfMonth } from '#lib/dates.ts';
import type { Format } from '#lib/format.ts';

/** A statement's period is a year (`2026`) or a month (`2026-11`), in UTC. */
export type Period = { readonly from: string; readonly to: string };

/** Its first and last millisecond. */
export function periodOf(period: string): Period {
  const days = isMonth(period) ? daysOfMonth(period) : { from: `${period}-01-01`, to: `${period}-12-31` };
  return { from: `${days.from}T00:00:00.000Z`, to: `${days.to}T23:59:59.999Z` };
}

export function isPeriod(text: string): boolean {
  return /^\d{4}(-(0[1-9]|1[0-2]))?$/.test(text);
}

export function periodText(period: string, format: Format): string {
  return isMonth(period) ? format.month(period) : period;
}

/** The years that may have movements, newest first. */
export function yearsUntil(count: number, now: Date = new Date()): string[] {
  return Array.from({ length: count }, (_, back) => String(now.getFullYear() - back));
}

function isMonth(period: string): boolean {
  return period.includes('-');
}
