import { setTimeout as pause } from 'node:timers/promises';

/**
 * Resolves with the first true answer. What takes longer is asked for less often, as a question may start a process.
 * The deadline is the last resort of a test that would never end: a busy machine must not reach it.
 */
export async function until<T>(ask: () => T | Promise<T>, deadline_ms = 180_000): Promise<NonNullable<T>> {
  const start_ms = performance.now();
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    const waited_ms = performance.now() - start_ms;
    if (waited_ms > deadline_ms) throw new Error(`Still not true after ${deadline_ms / 1_000} s: ${ask}`);
    await pause(Math.min(5 + waited_ms / 20, 100));
  }
}
