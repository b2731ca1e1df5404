/** What the platform has proven before. */
export type PastProofs = {
  /** When the last proof began. Null before the first one. */
  readonly lastStartedAt: Temporal.Instant | null;
  /** True if a proof takes seconds. */
  readonly isSmall: boolean;
};

/** Hours (UTC) in which the proof of a night may begin. */
const NIGHT = { from: 3, to: 5 };

/**
 * One proof each night. A small database is proven at its first start too, so that its books are known to agree; a large one
 * waits for the night, as the proof takes minutes.
 */
export function isProofDue(now: Temporal.Instant, { lastStartedAt, isSmall }: PastProofs): boolean {
  if (lastStartedAt === null && isSmall) return true;
  const time = now.toZonedDateTimeISO('UTC');
  if (time.hour < NIGHT.from || time.hour > NIGHT.to) return false;
  const start = time.startOfDay().add({ hours: NIGHT.from }).toInstant();
  return lastStartedAt === null || Temporal.Instant.compare(lastStartedAt, start) < 0;
}
