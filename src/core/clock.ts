/** Tells the present moment. Injected wherever time matters, so that tests choose it. */
export type Clock = () => Temporal.Instant;

export const systemClock: Clock = () => Temporal.Now.instant();

/** The UTC day that an instant falls on, as `YYYY-MM-DD`: the beginning of how ISO 8601 writes it. */
export function utcDay(instant: Temporal.Instant): string {
  const text = instant.toString();
  return text.slice(0, text.indexOf('T'));
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
