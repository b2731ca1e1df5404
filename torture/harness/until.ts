import { setTimeout as sleep } from 'node:timers/promises';

/** Polls until the result is true, and returns it with the delay. @throws Error if there is none in time. */
export async function until<T>(
  ask: () => T | Promise<T>,
  { patience_ms = 30_000, pause_ms = 5 } = {},
): Promise<{ readonly value: NonNullable<T>; readonly ms: number }> {
  const started = performance.now();
  for (;;) {
    const value = await ask();
    const ms = performance.now() - started;
    if (value) return { value, ms };
    if (ms > patience_ms) throw new Error(`not so after ${patience_ms} ms: ${ask}`);
    await sleep(pause_ms);
  }
}
