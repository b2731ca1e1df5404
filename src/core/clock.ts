/** Returns the current time. Injected wherever time matters, so that tests can choose it. */
export type Clock = () => Temporal.Instant;

/** Truncated to the microsecond, the precision of PostgreSQL. */
export const systemClock: Clock = () =>
  Temporal.Now.instant().round({ smallestUnit: 'microsecond', roundingMode: 'floor' });

const DAY_MS = 24 * 3600 * 1000;

/** Formatted days by day number. Each is needed several times, and most of them are the same few days. */
const writtenDays = new Map<number, string>();
const MAX_WRITTEN_DAYS = 1_000;

/** The UTC day of an instant, as `YYYY-MM-DD`. */
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

/** The UTC day of an instant. */
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

/** RFC 3339 in UTC with whole seconds, the only form in which the API shows time. */
export function formatInstant(instant: Temporal.Instant): string {
  return instant.toString({ smallestUnit: 'second' });
}
