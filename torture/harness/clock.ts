import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PRELOAD = join(import.meta.dirname, 'shifted-clock.ts');

/** A clock that platforms share, and that differs from that of the machine. */
export type ShiftedClock = {
  /** For `startPlatform`. */
  readonly options: {
    readonly preload: readonly string[];
    readonly environment: Readonly<Record<string, string>>;
  };
  /** Sets it; processes that run follow within a tenth of a second. */
  readonly set: (time: Temporal.Instant) => void;
  readonly shift: (duration: Temporal.DurationLike) => void;
  readonly now: () => Temporal.Instant;
};

export function openClock(directory: string, time = Temporal.Now.instant()): ShiftedClock {
  const file = join(directory, 'clock-shift');
  let shift_ms = 0;

  function set(to: Temporal.Instant): void {
    shift_ms = to.epochMilliseconds - Date.now();
    writeFileSync(file, String(shift_ms));
  }

  const now = () => Temporal.Now.instant().add({ milliseconds: shift_ms });
  set(time);
  return {
    options: { preload: [PRELOAD], environment: { CLOCK_SHIFT_FILE: file } },
    set,
    shift: (duration) => set(now().add(duration)),
    now,
  };
}
