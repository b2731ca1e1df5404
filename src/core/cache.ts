import type { ChangedKeys, Changes } from './database/changes.ts';
import type { Db } from './database/index.ts';
import type { Metrics } from './observability/metrics.ts';

/** A cache that is full forgets the entry that it has had for longest. */
const MAX_ENTRIES = 10_000;

export type CacheOptions<Value> = {
  /** The table whose notifications name the keys. */
  readonly table: string;
  /** Tables that go into the values too, without a key that names the entries. */
  readonly alsoFrom?: readonly string[];
  /** One query for all these keys. Missing keys are not cached. */
  readonly load: (db: Db, keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>;
};

export type Cache<Value> = {
  /**
   * The values of the keys that exist. A transaction reads the database itself. Elsewhere a change by another process
   * is visible within a second, and one made with `forgetAfter` immediately.
   */
  readonly find: (db: Db, keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>;
  /** Runs a change of these keys, and forgets them before it returns or throws. */
  readonly forgetAfter: <T>(keys: ChangedKeys, change: () => Promise<T>) => Promise<T>;
};

export type OpenCache = ReturnType<typeof cacheOpener>;

/** Makes the caches of one process, which the database's notifications invalidate. */
export function cacheOpener(deps: {
  readonly changes: Pick<Changes, 'subscribe' | 'areFollowed'>;
  readonly metrics: Metrics;
}) {
  const { changes, metrics } = deps;

  return function openCache<Value>({ table, alsoFrom = [], load }: CacheOptions<Value>): Cache<Value> {
    const entries = new Map<string, Value>();
    /** Counts the times that something was forgotten: what was read before may be older than what it was about. */
    let epoch = 0;
    const count = metrics.observeCache(table, () => entries.size);

    async function find(db: Db, keys: readonly string[]): Promise<ReadonlyMap<string, Value>> {
      // A transaction may have changed the rows itself, and what it decides may have to be exact.
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
      // A map lists its keys in the order in which they were added.
      const [oldest = key] = entries.keys();
      entries.delete(oldest);
    }

    async function forgetAfter<T>(keys: ChangedKeys, change: () => Promise<T>): Promise<T> {
      try {
        return await change();
      } finally {
        // Also after a failure: whether a COMMIT took effect may be unknown.
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
