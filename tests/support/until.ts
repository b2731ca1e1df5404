import { setTimeout as pause } from 'node:timers/promises';

/**
 * Resolves with the first true answer. The deadline is the last resort of a test that would never end: a busy machine
 * must not reach it.
 */
export async function until<T>(ask: () => T | Promise<T>, deadline_ms = 180_000): Promise<NonNullable<T>> {
  const end_ms = performance.now() + deadline_ms;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > end_ms) throw new Error(`Still not true after ${deadline_ms / 1_000} s: ${ask}`);
    await pause(5);
  }
}
