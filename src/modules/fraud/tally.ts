/** Counts how often keys came, and forgets those that did not come lately. */
export type Tally = {
  /** Counts the key once more, and tells how often it came. */
  readonly add: (key: string) => number;
  /** From now on the key came so often. */
  readonly set: (key: string, count: number) => void;
};

/** Remembers at least the latest `size` different keys, and at most twice as many. */
export function tally(size: number): Tally {
  let recent = new Map<string, number>();
  let older = new Map<string, number>();

  function add(key: string): number {
    const count = (recent.get(key) ?? older.get(key) ?? 0) + 1;
    set(key, count);
    return count;
  }

  function set(key: string, count: number): void {
    if (recent.size >= size && !recent.has(key)) {
      older = recent;
      recent = new Map();
    }
    recent.set(key, count);
  }

  return { add, set };
}
