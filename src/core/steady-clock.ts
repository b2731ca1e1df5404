/**
 * Tells the time as it was at the start plus what has passed since: a machine clock that is set back does not move it.
 * For what waits for a moment. What is recorded or compared with the database uses the real clock.
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
