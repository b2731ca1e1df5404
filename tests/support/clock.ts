import { type DemoClock, demoClock } from '../../demo/clock.ts';

export type TestClock = DemoClock & { advance: (duration: Temporal.DurationLike) => void };

/** A clock that stands still until a test moves it. */
export function testClock(start = '2026-03-14T09:26:53Z'): TestClock {
  const clock = demoClock(Temporal.Instant.from(start));
  return Object.assign(clock, {
    advance: (duration: Temporal.DurationLike) => clock.set(clock().add(duration)),
  });
}
