/**
 * Returns the time of the start plus the elapsed time, so that it continues if the clock of the machine is set back. For
 * timers only. Times that are recorded or compared with the database must come from the real clock.
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
