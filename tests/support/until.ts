import { setTimeout as pause } from 'node:timers/promises';

/** Resolves with the first true answer, asked for again and again; what it took is the caller's to judge. */
export async function until<T>(ask: () => T | Promise<T>, timeout_ms = 10_000): Promise<NonNullable<T>> {
  const deadline_ms = performance.now() + timeout_ms;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > deadline_ms) throw new Error(`not so after ${timeout_ms} ms: ${ask}`);
    await pause(5);
  }
}
