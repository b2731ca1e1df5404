/** Returns the present time. Injected wherever time matters, so that tests choose it. */
export type Clock = () => Temporal.Instant;

/** Cut to the microsecond, which PostgreSQL keeps. */
export const systemClock: Clock = () =>
  Temporal.Now.instant().round({ smallestUnit: 'microsecond', roundingMode: 'floor' });

const DAY_MS = 24 * 3600 * 1000;

/** Days as they are written: each is needed several times, and most are the same few. */
const writtenDays = new Map<number, string>();
const MAX_WRITTEN_DAYS = 1_000;

/** The UTC day that an instant falls on, as `YYYY-MM-DD`: the beginning of how ISO 8601 writes it. */
export function utcDay(instant: Temporal.Instant): string {
  const number = Math.floor(instant.epochMilliseconds / DAY_MS);
  const written = writtenDays.get(number);
  if (written !== undefined) return written;
  const text = instant.toString();
  const day = text.slice(0, text.indexOf('T'));
  if (writtenDays.size === MAX_WRITTEN_DAYS) writtenDays.clear();
  writtenDays.set(number, day);
  return day;
}

/** The whole UTC day that an instant falls on. */
export function utcDate(instant: Temporal.Instant): Temporal.PlainDate {
  return instant.toZonedDateTimeISO('UTC').toPlainDate();
}

/** The first instant of a UTC day (`YYYY-MM-DD`). */
export function startOfDay(day: string): Temporal.Instant {
  return Temporal.PlainDate.from(day).toZonedDateTime('UTC').toInstant();
}

/** The first instant after a UTC day. */
export function endOfDay(day: string): Temporal.Instant {
  return startOfDay(day).add({ hours: 24 });
}

/** RFC 3339 in UTC to the second, the one form in which the API shows time. */
export function formatInstant(instant: Temporal.Instant): string {
  return instant.toString({ smallestUnit: 'second' });
}
