import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environment } from '../../src/embedded-postgres/processes.ts';

const PRELOAD = join(import.meta.dirname, 'shifted-clock.ts');

/** The path of libfaketime on Debian and Ubuntu (`apt-get install faketime`). */
const FAKETIME = ['x86_64', 'aarch64']
  .map((architecture) => `/usr/lib/${architecture}-linux-gnu/faketime/libfaketime.so.1`)
  .find(existsSync);

/** A clock that processes share, and that differs from that of the machine. */
export type ShiftedClock = {
  /** Options for `startPlatform`. */
  readonly options: {
    readonly preload: readonly string[];
    readonly environment: Readonly<Record<string, string>>;
  };
  /** Sets the clock. PostgreSQL follows immediately, the platform within a tenth of a second. */
  readonly set: (time: Temporal.Instant) => void;
  readonly shift: (duration: Temporal.DurationLike) => void;
  readonly now: () => Temporal.Instant;
  /** Starts PostgreSQL with this clock, if faketime is installed. */
  readonly under: <Server>(start: () => Promise<Server>) => Promise<Server>;
  readonly reachesPostgres: boolean;
};

export function openClock(directory: string, time = Temporal.Now.instant()): ShiftedClock {
  const file = join(directory, 'clock-shift');
  const faketimeFile = join(directory, 'faketime');
  let shift_ms = 0;

  function set(to: Temporal.Instant): void {
    shift_ms = to.epochMilliseconds - Date.now();
    writeFileSync(file, String(shift_ms));
    const seconds = (shift_ms / 1000).toFixed(3);
    writeFileSync(faketimeFile, shift_ms < 0 ? seconds : `+${seconds}`);
  }

  async function under<Server>(start: () => Promise<Server>): Promise<Server> {
    if (FAKETIME === undefined) return start();
    const faked = {
      LD_PRELOAD: FAKETIME,
      FAKETIME_TIMESTAMP_FILE: faketimeFile,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
    Object.assign(environment, faked);
    try {
      return await start();
    } finally {
      for (const name of Object.keys(faked)) Reflect.deleteProperty(environment, name);
    }
  }

  const now = () => Temporal.Now.instant().add({ milliseconds: shift_ms });
  set(time);
  return {
    options: { preload: [PRELOAD], environment: { CLOCK_SHIFT_FILE: file } },
    set,
    shift: (duration) => set(now().add(duration)),
    now,
    under,
    reachesPostgres: FAKETIME !== undefined,
  };
}
