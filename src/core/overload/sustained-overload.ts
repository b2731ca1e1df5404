/**
 * Detects sustained overload: more than `calls` unanswered calls for `ms`. It ends after `ms` at or below the limit. A
 * shorter burst may wait in the queue. Time distinguishes the two, as in CoDel (Nichols and Jacobson, 2012).
 */
export function sustainedOverload({ calls, ms }: { readonly calls: number; readonly ms: number }) {
  let unanswered = 0;
  let isSustained = false;
  /** The time (`performance.now()`) since which the number of unanswered calls contradicts `isSustained`. */
  let contradictedSince: number | undefined;

  /** Counts a call as unanswered until it returns or throws. */
  async function watch<Result>(call: () => Promise<Result>): Promise<Result> {
    count(1);
    try {
      return await call();
    } finally {
      count(-1);
    }
  }

  function count(change: number): void {
    // Until this moment the previous number was valid.
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

  /** True if a further call must be refused: the overload is sustained and the number is above the limit now. */
  function isOverloaded(): boolean {
    update();
    return isSustained && unanswered > calls;
  }

  return { watch, isOverloaded };
}
