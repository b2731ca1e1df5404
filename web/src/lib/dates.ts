import { INTL_LOCALES, type Locale } from './money.ts';

const DAY_MS = 86_400_000;
const CALENDAR_DATE = /^\d{4}-\d{2}-\d{2}$/;

/** `26 Nov 2026` of an instant in the local time zone, or of a calendar date such as `2026-11-26` as it is. */
export function formatDate(value: string, locale: Locale): string {
  return format(value, locale, { day: 'numeric', month: 'short', year: 'numeric' });
}

/** `Fri 4 Dec`, without the year, for days that are near. */
export function formatDay(value: string, locale: Locale): string {
  return format(value, locale, { weekday: 'short', day: 'numeric', month: 'short' });
}

/** `26 Nov` in the present year, otherwise `26 Nov 2025`. */
export function formatShortDate(value: string, locale: Locale, now: Date = new Date()): string {
  return value.startsWith(`${now.getFullYear()}-`)
    ? format(value, locale, { day: 'numeric', month: 'short' })
    : formatDate(value, locale);
}

/** `26 Nov 2026, 10:14` in the local time zone. */
export function formatDateTime(instant: string, locale: Locale): string {
  return format(instant, locale, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
}

/** `10:14` in the local time zone. */
export function formatTime(instant: string, locale: Locale): string {
  return format(instant, locale, { hour: '2-digit', minute: '2-digit' });
}

/** `November 2026` of `2026-11`, a date or an instant. */
export function formatMonth(value: string, locale: Locale): string {
  const date = /^\d{4}-\d{2}$/.test(value) ? `${value}-01` : value;
  return format(date, locale, { month: 'long', year: 'numeric' });
}

/** The instant in UTC, for the hover of local times: `2026-11-26 09:14:03 UTC`. */
export function formatUtc(instant: string): string {
  return new Date(instant)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}

/** `3 days`, `2 hours`, `5 minutes`: the time since an instant in its largest unit. */
export function formatAge(instant: string, locale: Locale, now: number = Date.now()): string {
  const minutes = Math.max(0, Math.floor((now - Date.parse(instant)) / 60_000));
  const [value, unit] =
    minutes < 60
      ? ([minutes, 'minute'] as const)
      : minutes < 60 * 48
        ? ([Math.floor(minutes / 60), 'hour'] as const)
        : ([Math.floor(minutes / 1_440), 'day'] as const);
  return new Intl.NumberFormat(INTL_LOCALES[locale], { style: 'unit', unit, unitDisplay: 'long' }).format(
    value,
  );
}

/** The calendar date `days` after another: `addDays('2026-12-31', 1)` is `2027-01-01`. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Today in the local time zone as `2026-11-26`. */
export function today(now: Date = new Date()): string {
  const pad = (part: number) => String(part).padStart(2, '0');
  return `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
}

export type Days = { readonly from: string; readonly to: string };

/** The first and the last day of a month such as `2026-11`. */
export function daysOfMonth(month: string): Days {
  const [year = 0, index = 1] = month.split('-').map((part) => Number.parseInt(part, 10));
  return { from: `${month}-01`, to: new Date(Date.UTC(year, index, 0)).toISOString().slice(0, 10) };
}

function format(value: string, locale: Locale, options: Intl.DateTimeFormatOptions): string {
  const isDate = CALENDAR_DATE.test(value);
  const date = new Date(isDate ? `${value}T00:00:00Z` : value);
  const formatter = new Intl.DateTimeFormat(INTL_LOCALES[locale], {
    ...options,
    ...(isDate && { timeZone: 'UTC' }),
  });
  return formatter.format(date).replace(/^(\p{L}+\.?), /u, '$1 ');
}

/** The present month and those before it, newest first: `2026-11`, `2026-10`, … */
export function monthsUntil(count: number, now: Date = new Date()): string[] {
  return Array.from({ length: count }, (_, back) =>
    new Date(Date.UTC(now.getFullYear(), now.getMonth() - back, 1)).toISOString().slice(0, 7),
  );
}
