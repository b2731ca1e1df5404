import { recentMap } from '../../core/recent-map.ts';

/** Counts how often keys came, and forgets those that did not come lately. */
export type Tally = {
  /** Counts the key once more, and tells how often it came. */
  readonly add: (key: string) => number;
  /** From now on the key came so often. */
  readonly set: (key: string, count: number) => void;
};

/** Remembers at least the latest `size` different keys, and at most twice as many. */
export function tally(size: number): Tally {
  const counts = recentMap<number>(size);

  function add(key: string): number {
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count;
  }

  return { add, set: counts.set };
}
