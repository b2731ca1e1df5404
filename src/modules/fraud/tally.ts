/** Counts how often keys came, and forgets those that did not come lately. */
export type Tally = {
  /** Counts the key once more, and tells how often it came. */
  readonly add: (key: string) => number;
};

/** Remembers at least the latest `size` different keys, and at most twice as many. */
export function tally(size: number): Tally {
  let recent = new Map<string, number>();
  let older = new Map<string, number>();

  function add(key: string): number {
    const known = recent.get(key);
    const count = (known ?? older.get(key) ?? 0) + 1;
    if (known === undefined && recent.size >= size) {
      older = recent;
      recent = new Map();
    }
    recent.set(key, count);
    return count;
  }

  return { add };
}
