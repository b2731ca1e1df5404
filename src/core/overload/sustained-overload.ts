/**
 * Sustained overload: more than `calls` unanswered for `ms`. It ends after `ms` at or below the limit. A burst that is
 * shorter may wait in the queue. Time distinguishes the two, as in CoDel (Nichols and Jacobson, 2012).
 */
export function sustainedOverload({ calls, ms }: { readonly calls: number; readonly ms: number }) {
  let unanswered = 0;
  let isSustained = false;
  /** The time, by performance.now(), since which the number of unanswered calls contradicts `isSustained`. */
  let contradictedSince: number | undefined;

  /** Counts a call until it is answered. */
  async function watch<Result>(call: () => Promise<Result>): Promise<Result> {
    count(1);
    try {
      return await call();
    } finally {
      count(-1);
    }
  }

  function count(change: number): void {
    // The time until now belongs to the number before the change.
    update();
    unanswered += change;
    update();
  }

  function update(): void {
    if (unanswered > calls === isSustained) {
      contradictedSince = undefined;
      return;
    }
    const now = performance.now();
    contradictedSince ??= now;
    if (now - contradictedSince < ms) return;
    isSustained = !isSustained;
    contradictedSince = undefined;
  }

  /** True while a further call should be refused: the overload is sustained, and above the limit at this moment. */
  function isOverloaded(): boolean {
    update();
    return isSustained && unanswered > calls;
  }

  return { watch, isOverloaded };
}
