/** A map that forgets what nobody has asked for lately. */
export type RecentMap<Value> = {
  readonly get: (key: string) => Value | undefined;
  readonly set: (key: string, value: Value) => void;
  readonly delete: (key: string) => void;
  readonly clear: () => void;
  readonly size: () => number;
};

/**
 * Remembers at least the latest `size` different keys, and at most twice as many. There are two maps: what is asked for
 * moves to the recent one, and when that is full the other one is let go of as a whole. To move each key to the end of
 * one map whenever it is asked for would have that map made anew all the time.
 */
export function recentMap<Value>(size: number): RecentMap<Value> {
  let recent = new Map<string, Value>();
  let older = new Map<string, Value>();

  function get(key: string): Value | undefined {
    const value = recent.get(key);
    if (value !== undefined) return value;
    const former = older.get(key);
    if (former !== undefined) set(key, former);
    return former;
  }

  function set(key: string, value: Value): void {
    if (recent.size >= size && !recent.has(key)) {
      older = recent;
      recent = new Map();
    }
    older.delete(key);
    recent.set(key, value);
  }

  return {
    get,
    set,
    delete(key) {
      recent.delete(key);
      older.delete(key);
    },
    clear() {
      recent = new Map();
      older = new Map();
    },
    size: () => recent.size + older.size,
  };
}
