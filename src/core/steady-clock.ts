/**
 * Returns the time at the start plus the time since then, so a machine clock that is set back does not move it. For
 * timers only: times that are recorded or compared with the database come from the real clock.
 */
export function steadyClock() {
  const start_ms = Date.now() - performance.now();
  return {
    now: () => start_ms + performance.now(),
    setTimeout: (work: () => void, ms: number) => setTimeout(work, ms),
    clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
    setInterval: (work: () => void, ms: number) => setInterval(work, ms),
    clearInterval: (timer: unknown) => clearInterval(timer as NodeJS.Timeout),
  };
}
