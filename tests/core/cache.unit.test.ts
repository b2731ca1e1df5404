import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Cache, cacheOpener } from '../../src/core/cache.ts';
import type { ChangedKeys } from '../../src/core/database/changes.ts';
import type { Db } from '../../src/core/database/index.ts';
import { createMetrics } from '../../src/core/observability/metrics.ts';

const pool = { isTransaction: false } as Db;
const transaction = { isTransaction: true } as Db;

/** A cache over rows that a test changes, with the queries it made and a hand on what it is told. */
function shelf(rows: Record<string, string>, options: { alsoFrom?: readonly string[] } = {}) {
  const subscribers = new Map<string, (keys: ChangedKeys) => void>();
  const queries: (readonly string[])[] = [];
  const state = { followed: true, delay: Promise.resolve() };
  const metrics = createMetrics();
  const openCache = cacheOpener({
    changes: {
      subscribe: (table, onChange) => subscribers.set(table, onChange),
      areFollowed: () => state.followed,
    },
    metrics,
  });
  const cache: Cache<string> = openCache({
    table: 'books',
    ...options,
    load: async (_db, keys) => {
      queries.push(keys);
      const read = new Map(keys.filter((key) => key in rows).map((key) => [key, String(rows[key])]));
      await state.delay;
      return read;
    },
  });
  return {
    cache,
    queries,
    state,
    tell: (table: string, keys: ChangedKeys) => subscribers.get(table)?.(keys),
    find: async (keys: readonly string[], db = pool) => Object.fromEntries(await cache.find(db, keys)),
    metric: async (name: string) => (await metrics.registry.getSingleMetric(name)?.get())?.values,
  };
}

describe('a cache', () => {
  test('asks once for what it was asked for twice, and in one query for what it lacks', async () => {
    const { find, queries } = shelf({ a: '1', b: '2', c: '3' });

    assert.deepEqual(await find(['a']), { a: '1' });
    assert.deepEqual(await find(['a', 'b', 'c']), { a: '1', b: '2', c: '3' });
    assert.deepEqual(await find(['c', 'b', 'a']), { a: '1', b: '2', c: '3' });

    assert.deepEqual(queries, [['a'], ['b', 'c']]);
  });

  test('holds at most 10,000 entries, and forgets the oldest first', async () => {
    const keys = Array.from({ length: 10_001 }, (_, number) => `key-${number}`);
    const { find, queries, metric } = shelf(Object.fromEntries(keys.map((key) => [key, '1'])));
    for (const key of keys) await find([key]);
    assert.equal((await metric('clicknback_cache_entries'))?.[0]?.value, 10_000);
    queries.length = 0;

    await find(['key-0', 'key-1', 'key-2', 'key-10000']);

    assert.deepEqual(queries, [['key-0']]);
  });

  test('does not remember that something is missing', async () => {
    const rows: Record<string, string> = {};
    const { find, queries } = shelf(rows);
    assert.deepEqual(await find(['a']), {});
    rows.a = '1';

    assert.deepEqual(await find(['a']), { a: '1' });
    assert.deepEqual(queries, [['a'], ['a']]);
  });

  test('forgets the notified keys, and no others', async () => {
    const rows = { a: '1', b: '2' };
    const { find, tell, queries } = shelf(rows);
    await find(['a', 'b']);
    rows.a = 'new';

    tell('books', ['a']);

    assert.deepEqual(await find(['a', 'b']), { a: 'new', b: '2' });
    assert.deepEqual(queries, [['a', 'b'], ['a']]);
  });

  test('forgets everything without keys, or when another table goes into its values', async () => {
    const { find, tell, queries } = shelf({ a: '1', b: '2' }, { alsoFrom: ['authors'] });
    await find(['a', 'b']);
    tell('books', 'all');
    await find(['a', 'b']);
    tell('authors', ['x']);
    await find(['a', 'b']);

    assert.equal(queries.length, 3);
  });

  test('does not keep a value that was read before a notified change', async () => {
    const rows = { a: 'old' };
    const { find, tell, state } = shelf(rows);
    const gate = Promise.withResolvers<void>();
    state.delay = gate.promise;

    const early = find(['a']);
    rows.a = 'new';
    tell('books', ['a']);
    gate.resolve();

    assert.deepEqual(await early, { a: 'old' }, 'it was read before the change');
    assert.deepEqual(await find(['a']), { a: 'new' });
  });

  test('has forgotten a change made here before that returns, and also when it fails', async () => {
    const rows = { a: '1' };
    const { find, cache } = shelf(rows);
    await find(['a']);

    await cache.forgetAfter(['a'], async () => {
      rows.a = '2';
    });
    assert.deepEqual(await find(['a']), { a: '2' });

    const lost = new Error('the answer to COMMIT was lost');
    await assert.rejects(
      cache.forgetAfter(['a'], async () => {
        rows.a = '3';
        throw lost;
      }),
      lost,
    );
    assert.deepEqual(await find(['a']), { a: '3' });
  });

  test('does not answer inside a transaction, and keeps nothing that was read in one', async () => {
    const rows = { a: 'committed' };
    const { find, queries } = shelf(rows);
    await find(['a']);
    rows.a = 'not committed';

    assert.deepEqual(await find(['a'], transaction), { a: 'not committed' });
    assert.deepEqual(await find(['a']), { a: 'committed' });
    assert.equal(queries.length, 2);
  });

  test('neither answers nor keeps anything while changes are not followed', async () => {
    const rows = { a: '1' };
    const { find, state, queries } = shelf(rows);
    await find(['a']);
    state.followed = false;
    rows.a = '2';

    assert.deepEqual(await find(['a']), { a: '2' });
    assert.deepEqual(await find(['a']), { a: '2' });
    assert.equal(queries.length, 3);
  });

  test('reports its number of entries, also without reads since the last change', async () => {
    const { find, tell, cache, metric } = shelf({ a: '1', b: '2', c: '3' });
    const entries = async () => (await metric('clicknback_cache_entries'))?.map(({ value }) => value);
    assert.deepEqual(await entries(), [0]);
    await find(['a', 'b', 'c']);
    assert.deepEqual(await entries(), [3]);

    tell('books', ['a']);
    assert.deepEqual(await entries(), [2]);
    await cache.forgetAfter(['b'], async () => undefined);
    assert.deepEqual(await entries(), [1]);
    tell('books', 'all');
    assert.deepEqual(await entries(), [0]);
  });

  test('counts what it found, loaded and passed by', async () => {
    const { find, tell, metric } = shelf({ a: '1', b: '2' });
    await find(['a', 'b']);
    await find(['a', 'b']);
    await find(['a'], transaction);
    tell('books', ['a']);

    const reads = await metric('clicknback_cache_reads_total');
    assert.deepEqual(Object.fromEntries(reads?.map(({ labels, value }) => [labels.result, value]) ?? []), {
      hit: 2,
      miss: 2,
      bypass: 1,
    });
    assert.equal((await metric('clicknback_cache_invalidations_total'))?.[0]?.value, 1);
  });
});
