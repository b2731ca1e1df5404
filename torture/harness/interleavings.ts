import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cacheOpener } from '../../src/core/cache.ts';
import type { ChangedKeys } from '../../src/core/database/changes.ts';
import type { Db } from '../../src/core/database/index.ts';
import { createMetrics } from '../../src/core/observability/metrics.ts';
import { failure, type Outcome, success } from '../../src/core/outcome.ts';
import { batcher } from '../../src/core/overload/batcher.ts';

/*
 * Concurrent work in one process, under every order of events that fast-check's scheduler chooses. Other work may run at
 * each await of the database.
 */

const KEYS = ['a', 'b', 'c'] as const;

class Poison extends Error {}
class Fault extends Error {}

type Item = {
  readonly number: number;
  readonly key: string;
  readonly nature: 'sound' | 'poisonous' | 'refused';
};

const calls = fc.array(
  fc.array(
    fc.record({
      key: fc.constantFrom(...KEYS),
      nature: fc.oneof(
        { weight: 6, arbitrary: fc.constant('sound' as const) },
        { weight: 1, arbitrary: fc.constantFrom('poisonous' as const, 'refused' as const) },
      ),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  { minLength: 2, maxLength: 8 },
);

/**
 * Items with a common key must never run concurrently and must keep their order. Each item must take effect once and get
 * its own outcome. An item that causes a failure must fail alone. A fault of the database must fail the whole run, and no
 * item of that run may be repeated.
 */
export const batchesKeepTheirPromises = fc.asyncProperty(
  fc.scheduler(),
  calls,
  fc.array(fc.constantFrom(undefined, undefined, 'before COMMIT', 'after COMMIT'), {
    minLength: 6,
    maxLength: 6,
  }),
  async (scheduler, asked, faults) => {
    let number = 0;
    let runs = 0;
    const running: string[] = [];
    const effects: Item[] = [];

    async function run(items: readonly Item[]) {
      const keys = new Set(items.map(({ key }) => key));
      for (const key of keys) assert.ok(!running.includes(key), `two runs at once for ${key}`);
      running.push(...keys);
      const fault = faults[runs];
      runs += 1;
      try {
        await scheduler.schedule(Promise.resolve(), 'the database works');
        if (fault === 'before COMMIT') throw new Fault();
        if (items.some(({ nature }) => nature === 'poisonous')) throw new Poison();
        effects.push(...items.filter(({ nature }) => nature === 'sound'));
        if (fault === 'after COMMIT') throw new Fault();
        return items.map((item) => (item.nature === 'refused' ? failure(item.number) : success(item.number)));
      } finally {
        for (const key of keys) running.splice(running.indexOf(key), 1);
      }
    }

    function judge(item: Item, outcome: Outcome<number> | undefined): void {
      const took = effects.filter((effect) => effect.number === item.number).length;
      assert.ok(outcome !== undefined);
      if (!outcome.ok && outcome.error instanceof Fault) return;
      assert.equal(outcome.ok, item.nature === 'sound');
      assert.equal(took, item.nature === 'sound' ? 1 : 0);
      if (outcome.ok) assert.equal(outcome.value, item.number);
    }

    const { submit, queued, inFlight } = batcher<Item, number>({
      run,
      isolates: (error) => error instanceof Poison,
      keysOf: ({ key }) => [key],
      maxItems: 4,
      maxInFlight: 2,
      maxQueued: 100,
    });
    const answers = asked.map(async (items) => {
      const numbered = items.map((item) => {
        number += 1;
        return { ...item, number };
      });
      await scheduler.schedule(Promise.resolve(), 'a call comes');
      const outcomes = await submit(numbered).catch((error: unknown) => numbered.map(() => failure(error)));
      for (const [index, item] of numbered.entries()) judge(item, outcomes[index]);
    });
    await scheduler.waitFor(Promise.all(answers));

    const numbers = effects.map((effect) => effect.number);
    assert.equal(new Set(numbers).size, numbers.length, 'an item took effect twice');
    assert.deepEqual([queued(), inFlight()], [0, 0]);
  },
);

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('read', 'read', 'change here', 'change elsewhere'),
    key: fc.constantFrom(...KEYS),
  }),
  { minLength: 4, maxLength: 16 },
);

/** A read after a local change, or after the notification of a change, must never return the previous value. */
export const cachesForget = fc.asyncProperty(fc.scheduler(), steps, async (scheduler, sequence) => {
  const stored = new Map<string, number>(KEYS.map((key) => [key, 0]));
  /** The state that every reader must see. */
  const told = new Map<string, number>(stored);
  let notify: (keys: ChangedKeys) => void = () => undefined;
  const openCache = cacheOpener({
    changes: {
      subscribe: (_table, onChange) => {
        notify = onChange;
      },
      areFollowed: () => true,
    },
    metrics: createMetrics(),
  });
  const cache = openCache<number>({
    table: 'things',
    load: async (_db, keys) => {
      await scheduler.schedule(Promise.resolve(), 'the question is under way');
      const rows = new Map(keys.map((key) => [key, stored.get(key) ?? 0]));
      await scheduler.schedule(Promise.resolve(), 'the answer is under way');
      return rows;
    },
  });
  const db = { isTransaction: false } as Db;

  async function read(key: string): Promise<void> {
    const least = told.get(key) ?? 0;
    const found = (await cache.find(db, [key])).get(key) ?? Number.NaN;
    assert.ok(found >= least, `${key} was ${least}, and is read as ${found}`);
  }

  async function change(key: string): Promise<number> {
    await scheduler.schedule(Promise.resolve(), 'COMMIT is under way');
    const value = (stored.get(key) ?? 0) + 1;
    stored.set(key, value);
    await scheduler.schedule(Promise.resolve(), 'its answer is under way');
    return value;
  }

  const work = sequence.map(async ({ kind, key }) => {
    await scheduler.schedule(Promise.resolve(), kind);
    if (kind === 'read') return read(key);
    const value =
      kind === 'change here' ? await cache.forgetAfter([key], () => change(key)) : await change(key);
    if (kind === 'change elsewhere') notify([key]);
    told.set(key, Math.max(value, told.get(key) ?? 0));
  });
  await scheduler.waitFor(Promise.all(work));
});
