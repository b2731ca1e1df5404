import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Books, WrongBooks } from '../../bench/books.ts';
import type { Measurement } from '../../bench/measurement.ts';
import { measuring, type Outcome } from '../../bench/measuring.ts';
import type { Api } from '../../bench/platform.ts';

/** Counts that rise by a step each time somebody asks. */
function rising(step: number): () => number {
  let count = 0;
  return () => {
    count += step;
    return count;
  };
}

function apiThatUses(cpu_ms: number): Api {
  const used = rising(cpu_ms);
  return { url: '', cpu_ms: async () => used(), memory_bytes: async () => 100, stop: async () => undefined };
}

function setUp({ recorded = 10, faults = 0 }: { recorded?: number; faults?: number } = {}) {
  const announced: Measurement[] = [];
  const purchases = rising(recorded);
  const cpu = rising(40);
  const books: Books = { countPurchases: async () => purchases(), countFaults: async () => faults };
  const database = { settle: async () => undefined, cpu_ms: cpu, countDeadlocks: () => 0 };
  const announce = (measurement: Measurement) => void announced.push(measurement);
  return { announced, measure: measuring({ database, books, announce }) };
}

const TASK = { name: 'single', load: '1 connection', apis: [] };
const outcome = (purchases: number, answers = {}): Outcome => ({ seconds: 2, done: 10, purchases, answers });

describe('a measurement', () => {
  test('says what a unit costs in each process, and how many processors that kept busy', async () => {
    const { measure, announced } = setUp();
    const apis = [apiThatUses(20), apiThatUses(30)];
    const [measurement] = await measure({ ...TASK, apis, run: async () => ({ ...outcome(10), cpu_ms: 10 }) });
    assert.deepEqual(measurement?.cost, {
      api: { perUnit_us: 5_000, cores: 0.025 },
      database: { perUnit_us: 4_000, cores: 0.02 },
      load: { perUnit_us: 1_000, cores: 0.005 },
    });
    assert.equal(measurement.perSecond, 5);
    assert.equal(measurement.memory_bytes, 200);
    assert.deepEqual(announced, [measurement]);
  });

  test('is no measurement when other purchases are recorded than were acknowledged', async () => {
    for (const acknowledged of [9, 11]) {
      const { measure } = setUp();
      await assert.rejects(measure({ ...TASK, run: async () => outcome(acknowledged) }), WrongBooks);
    }
  });

  test('allows each request that was left unanswered to be recorded or not', async () => {
    const left = (acknowledged: number) => ({
      ...outcome(acknowledged, { 'hung up': 2 }),
      purchasesPerRequest: 3,
    });
    for (const acknowledged of [4, 7, 10]) {
      await setUp().measure({ ...TASK, run: async () => left(acknowledged) });
    }
    for (const acknowledged of [3, 11]) {
      await assert.rejects(setUp().measure({ ...TASK, run: async () => left(acknowledged) }), WrongBooks);
    }
  });

  test('is none when a balance is not what its journal says', async () => {
    const { measure } = setUp({ faults: 1 });
    await assert.rejects(measure({ ...TASK, run: async () => outcome(10) }), WrongBooks);
  });

  test('is none when a connection was lost', async () => {
    const { measure } = setUp();
    await assert.rejects(measure({ ...TASK, run: async () => outcome(10, { lost: 1 }) }), WrongBooks);
  });

  test('shares the check of the books with what is measured right after it', async () => {
    const { measure, announced } = setUp();
    const half = { ...TASK, run: async () => outcome(5) };
    assert.equal((await measure(half, half)).length, 2);
    assert.equal(announced.length, 2);
  });
});
