import type { Clock } from '../../src/core/clock.ts';

export type TestClock = Clock & { advance: (duration: Temporal.DurationLike) => void };

/** A clock that stands still until a test moves it. */
export function testClock(start = '2026-03-14T09:26:53Z'): TestClock {
  let now = Temporal.Instant.from(start);
  return Object.assign(() => now, {
    advance(duration: Temporal.DurationLike) {
      now = now.add(duration);
    },
  });
}
