import type { ChangedKeys, Changes } from './database/changes.ts';
import type { Db } from './database/index.ts';
import type { Metrics } from './observability/metrics.ts';

/** A full cache evicts its oldest entry. */
const MAX_ENTRIES = 10_000;

export type CacheOptions<Value> = {
  /** The table whose change notifications contain the keys. */
  readonly table: string;
  /** Other tables that the values depend on. Their changes do not name keys, so any change empties the cache. */
  readonly alsoFrom?: readonly string[];
  /** Loads the values of all keys in one query. Missing keys are not cached. */
  readonly load: (db: Db, keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>;
};

export type Cache<Value> = {
  /**
   * Returns the values of the existing keys. In a transaction it always reads the database. Otherwise a change by another
   * process is visible within a second, and a change with `forgetAfter` immediately.
   */
  readonly find: (db: Db, keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>;
  /** Runs a change of the keys, and evicts them before it returns or throws. */
  readonly forgetAfter: <T>(keys: ChangedKeys, change: () => Promise<T>) => Promise<T>;
};

export type OpenCache = ReturnType<typeof cacheOpener>;

/** Creates the caches of one process. Notifications of the database invalidate them. */
export function cacheOpener(deps: {
  readonly changes: Pick<Changes, 'subscribe' | 'areFollowed'>;
  readonly metrics: Metrics;
}) {
  const { changes, metrics } = deps;

  return function openCache<Value>({ table, alsoFrom = [], load }: CacheOptions<Value>): Cache<Value> {
    const entries = new Map<string, Value>();
    /** The number of evictions. A value that was loaded before the latest eviction may be stale and is not cached. */
    let epoch = 0;
    const count = metrics.observeCache(table, () => entries.size);

    async function find(db: Db, keys: readonly string[]): Promise<ReadonlyMap<string, Value>> {
      // A transaction may have changed the rows itself, and its decisions may need exact values.
      if (db.isTransaction || !changes.areFollowed()) {
        count.reads('bypass', keys.length);
        return load(db, keys);
      }
      const found = new Map<string, Value>();
      for (const key of keys) {
        const value = entries.get(key);
        if (value !== undefined) found.set(key, value);
      }
      const missing = keys.filter((key) => !found.has(key));
      count.reads('hit', found.size);
      if (missing.length === 0) return found;

      count.reads('miss', missing.length);
      const epochOfLoad = epoch;
      for (const [key, value] of await load(db, missing)) {
        found.set(key, value);
        if (epoch === epochOfLoad) remember(key, value);
      }
      return found;
    }

    function remember(key: string, value: Value): void {
      entries.set(key, value);
      if (entries.size <= MAX_ENTRIES) return;
      // A map iterates its keys in insertion order.
      const [oldest = key] = entries.keys();
      entries.delete(oldest);
    }

    async function forgetAfter<T>(keys: ChangedKeys, change: () => Promise<T>): Promise<T> {
      try {
        return await change();
      } finally {
        // Also after an error: the outcome of a COMMIT may be unknown.
        forget(keys);
      }
    }

    function forget(keys: ChangedKeys): void {
      epoch += 1;
      count.invalidation();
      if (keys === 'all') entries.clear();
      else for (const key of keys) entries.delete(key);
    }

    changes.subscribe(table, forget);
    for (const other of alsoFrom) changes.subscribe(other, () => forget('all'));
    return { find, forgetAfter };
  };
}
