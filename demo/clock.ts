import type { Clock } from '../src/core/clock.ts';

/** A clock that stands still until it is set. Demo data is loaded by the days on which it happened. */
export type DemoClock = Clock & { readonly set: (to: Temporal.Instant) => void };

export function demoClock(start: Temporal.Instant): DemoClock {
  let now = start;
  return Object.assign(() => now, {
    set: (to: Temporal.Instant) => {
      now = to;
    },
  });
}
