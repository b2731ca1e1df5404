import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { DomainError } from '../../../src/core/errors.ts';
import { type Outcome, success } from '../../../src/core/outcome.ts';
import { type BatcherOptions, batcher } from '../../../src/core/overload/batcher.ts';

describe('a batcher', () => {
  test('starts a lone job in the same tick, alone', async () => {
    const { submit, runs } = manualBatcher();

    const answer = submit(['a']);

    assert.deepEqual(
      runs.map(({ items }) => items),
      [['a']],
    );
    runs[0]?.finish();
    assert.deepEqual(await answer, [success('A')]);
  });

  test('gathers what arrives while all slots are busy, and sends it as one', async () => {
    const { submit, runs, queued, inFlight } = manualBatcher();
    const answers = [submit(['a']), submit(['b']), submit(['c', 'd']), submit(['e'])];
    assert.equal(runs.length, 1);
    assert.equal(queued(), 4);
    assert.equal(inFlight(), 1);

    runs[0]?.finish();
    await answers[0];
    await settle();

    assert.deepEqual(runs[1]?.items, ['b', 'c', 'd', 'e']);
    assert.equal(queued(), 0);
    runs[1]?.finish();
    assert.deepEqual(await Promise.all(answers), [
      [success('A')],
      [success('B')],
      [success('C'), success('D')],
      [success('E')],
    ]);
    await settle();
    assert.equal(inFlight(), 0);
  });

  test('starts the next run, then reports the done one, then answers', async () => {
    const happened: string[] = [];
    const { submit, runs } = manualBatcher({
      report: (items, outcomes) => {
        happened.push(`told of ${items} with ${runs.length} runs begun`);
        assert.deepEqual(outcomes, [success('A')]);
      },
    });
    const first = submit(['a']).then(() => happened.push('answered'));
    void submit(['b']);

    runs[0]?.finish();
    await first;

    assert.deepEqual(happened, ['told of a with 2 runs begun', 'answered']);
  });

  test('reports the items of a failed run too, each with its own outcome', async () => {
    const told: (readonly [string, boolean])[] = [];
    const { submit, runs } = manualBatcher({
      poison: 'poison',
      report: (items, outcomes) => {
        told.push(...items.map((item, index) => [item, outcomes[index]?.ok === true] as const));
      },
    });
    const answer = submit(['good', 'poison']);

    await finishAll(runs);
    await answer;

    assert.deepEqual(told, [
      ['good', true],
      ['poison', false],
    ]);
  });

  test('keeps the items of one job in one run, even when another run must be opened for them', async () => {
    const { submit, runs } = manualBatcher({ maxItems: 3 });
    const answers = [submit(['x']), submit(['a', 'b']), submit(['c', 'd']), submit(['e'])];

    await finishAll(runs);

    assert.deepEqual(
      runs.map(({ items }) => items),
      [['x'], ['a', 'b'], ['c', 'd', 'e']],
    );
    assert.equal((await Promise.all(answers)).flat().length, 6);
  });

  test('serves a job larger than a run, alone', async () => {
    const { submit, runs } = manualBatcher({ maxItems: 2, maxQueued: 3 });
    const answer = submit(['a', 'b', 'c', 'd', 'e']);

    await finishAll(runs);

    assert.equal(runs.length, 1);
    assert.equal((await answer).length, 5);
  });

  test('answers an empty job without a run', async () => {
    const { submit, runs } = manualBatcher();
    assert.deepEqual(await submit([]), []);
    assert.equal(runs.length, 0);
  });

  test('refuses with OVERLOADED what the queue cannot hold, and starts none of it', async () => {
    const { submit, runs, queued, isFull } = manualBatcher({ maxQueued: 2 });
    const accepted = [submit(['a']), submit(['b']), submit(['c'])];

    await assert.rejects(submit(['d']), (error: DomainError) => {
      assert.equal(error.code, 'OVERLOADED');
      assert.deepEqual(error.details, { retry_after_seconds: 1 });
      return true;
    });

    assert.equal(queued(), 2);
    assert.equal(isFull(), true);
    await finishAll(runs);
    assert.equal(isFull(), false);
    await Promise.all(accepted);
    assert.ok(!runs.some(({ items }) => items.includes('d')));
  });

  test('takes new jobs again once the queue has drained', async () => {
    const { submit, runs } = manualBatcher({ maxQueued: 1 });
    const accepted = [submit(['a']), submit(['b'])];
    await assert.rejects(submit(['c']));
    await finishAll(runs);
    await Promise.all(accepted);

    const again = submit(['c']);

    await finishAll(runs);
    assert.deepEqual(await again, [success('C')]);
  });

  test('never has more than maxInFlight concurrent runs', async () => {
    let running = 0;
    let most = 0;
    const { submit } = batcher<string, string>({
      maxItems: 2,
      maxInFlight: 3,
      maxQueued: 1000,
      isolates: () => true,
      run: async (items) => {
        running += 1;
        most = Math.max(most, running);
        await settle();
        running -= 1;
        return items.map((item) => success(item));
      },
    });

    await Promise.all(Array.from({ length: 50 }, (_, index) => submit([String(index)])));

    assert.equal(most, 3);
  });

  test('lets an item that makes a run fail alone: the others are retried one by one, in order', async () => {
    const { submit, runs } = manualBatcher({ poison: 'p' });
    const answers = [submit(['x']), submit(['a', 'p']), submit(['b'])];

    await finishAll(runs);

    const [, mixed, neighbour] = await Promise.all(answers);
    assert.deepEqual(mixed?.[0], success('A'));
    assert.ok(mixed?.[1]?.ok === false && (mixed[1].error as Error).message === 'poison');
    assert.deepEqual(neighbour, [success('B')]);
    assert.deepEqual(
      runs.map(({ items }) => items),
      [['x'], ['a', 'p', 'b'], ['a'], ['p'], ['b']],
    );
  });

  test('runs a failing item only once if it is alone', async () => {
    const { submit, runs } = manualBatcher({ poison: 'p' });
    const answer = submit(['p']);

    await finishAll(runs);

    assert.equal((await answer)[0]?.ok, false);
    assert.equal(runs.length, 1);
  });

  test('rejects every job of a run whose fault is not in its items, and continues', async () => {
    const { submit, runs } = manualBatcher({ poison: 'p', isolates: () => false });
    const answers = [submit(['x']), submit(['a']), submit(['p'])];
    const outcomes = Promise.allSettled(answers);

    await finishAll(runs);

    assert.deepEqual(
      (await outcomes).map(({ status }) => status),
      ['fulfilled', 'rejected', 'rejected'],
    );
    assert.equal(runs.length, 2);
    const next = submit(['y']);
    await finishAll(runs);
    assert.deepEqual(await next, [success('Y')]);
  });

  test('lets items that share a key wait for one another, in their order, and no others', async () => {
    const { submit, runs } = manualBatcher({ maxInFlight: 2, keysOf: lettersOf });
    const answers = [submit(['a1']), submit(['ab2', 'c3']), submit(['b4']), submit(['d5'])];
    assert.deepEqual(itemsOf(runs), [['a1'], ['c3']]);

    await finishAll(runs);

    assert.deepEqual(itemsOf(runs), [['a1'], ['c3'], ['ab2', 'b4', 'd5']]);
    assert.deepEqual((await Promise.all(answers)).flat(), ['A1', 'AB2', 'C3', 'B4', 'D5'].map(success));
  });

  test('takes items that share a key together when nothing holds them', async () => {
    const { submit, runs } = manualBatcher({ keysOf: lettersOf });
    const answer = submit(['a1', 'a2', 'b3']);
    assert.deepEqual(itemsOf(runs), [['a1', 'a2', 'b3']]);
    await finishAll(runs);
    await answer;
  });

  test('answers each item when one of its runs was done and another one failed, also if that ends first', async () => {
    for (const poison of ['a', 'b']) {
      const limits = { maxItems: 1, maxInFlight: 2, keysOf: lettersOf, poison, isolates: () => false };
      const { submit, runs } = manualBatcher(limits);
      const answer = submit(['a', 'b']);
      await finishAll(runs);
      assert.deepEqual(itemsOf(runs), [['a'], ['b']]);
      assert.deepEqual(
        (await answer).map(({ ok }) => ok),
        [poison !== 'a', poison !== 'b'],
      );
    }
  });

  test('returns to each item the error of its own run when all runs fail', async () => {
    const limits = { maxItems: 1, maxInFlight: 2, keysOf: lettersOf, isolates: () => false };
    const { submit } = batcher<string, string>({
      ...limits,
      maxQueued: 10,
      run: async ([item]) => {
        throw new Error(`the run of ${item} failed`);
      },
    });
    assert.deepEqual(
      (await submit(['a', 'b'])).map((outcome) => !outcome.ok && String(outcome.error)),
      ['Error: the run of a failed', 'Error: the run of b failed'],
    );
  });

  test('rejects a call when all of its items are in one run, which fails', async () => {
    const limits = { maxItems: 2, keysOf: lettersOf, poison: 'b', isolates: () => false };
    const { submit, runs } = manualBatcher(limits);
    const answer = assert.rejects(submit(['a', 'b']), /poison/);
    await finishAll(runs);
    await answer;
  });

  test('starts a concurrent run only for enough items, and lets fewer items wait only while a run is active', async () => {
    const { submit, runs } = manualBatcher({ maxInFlight: 2, minItemsBeside: 3 });
    const answers = [submit(['a']), submit(['b']), submit(['c'])];
    assert.deepEqual(itemsOf(runs), [['a']]);

    answers.push(submit(['d']), submit(['e']));
    assert.deepEqual(itemsOf(runs), [['a'], ['b', 'c', 'd']]);

    runs[0]?.finish();
    await settle();
    assert.equal(runs.length, 2);
    runs[1]?.finish();
    await settle();
    assert.deepEqual(itemsOf(runs).at(-1), ['e']);
    runs[2]?.finish();
    await Promise.all(answers);
  });

  test('never runs a key twice concurrently, and runs each key in order, for any keys and sizes', async () => {
    const item = fc.stringMatching(/^[a-f]{1,3}$/);
    const calls = fc.array(fc.array(item, { maxLength: 6 }), { maxLength: 30 });
    const limits = fc.record({
      maxItems: fc.integer({ min: 1, max: 8 }),
      maxInFlight: fc.integer({ min: 1, max: 4 }),
      minItemsBeside: fc.integer({ min: 1, max: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(calls, limits, async (letters, bounds) => {
        const numbered = letters.flat().map((keys, index) => `${keys}${index}`);
        const submitted = letters.map((call) => call.map(() => numbered.shift() ?? ''));
        const running = new Set<string>();
        const started: string[] = [];
        const { submit, queued, inFlight } = batcher<string, string>({
          ...bounds,
          maxQueued: 10_000,
          isolates: () => true,
          keysOf: lettersOf,
          run: async (items) => {
            const keys = new Set(items.flatMap(lettersOf));
            for (const key of keys) assert.ok(!running.has(key), `${key} runs twice at once`);
            for (const key of keys) running.add(key);
            started.push(...items);
            for (let turn = 0; turn < items.length; turn += 1) await settle();
            for (const key of keys) running.delete(key);
            return items.map((each) => success(each));
          },
        });

        const answers = await Promise.all(submitted.map(submit));

        assert.deepEqual(
          answers,
          submitted.map((call) => call.map((each) => success(each))),
        );
        for (const letter of 'abcdef') {
          const inOrder = (items: readonly string[]) => items.filter((each) => each.includes(letter));
          assert.deepEqual(inOrder(started), inOrder(submitted.flat()));
        }
        await settle();
        assert.deepEqual([queued(), inFlight()], [0, 0]);
      }),
      { numRuns: 100 },
    );
  });

  test('answers every item of every job with its own result, for any sizes', async () => {
    const jobSizes = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(jobSizes, fc.integer({ min: 1, max: 12 }), async (sizes, maxItems) => {
        const { submit } = batcher<string, string>({
          maxItems,
          maxInFlight: 2,
          maxQueued: 10_000,
          isolates: () => true,
          run: async (items) => {
            await settle();
            return items.map((item) => success(item.toUpperCase()));
          },
        });
        const jobs = sizes.map((size, job) =>
          Array.from({ length: size }, (_, item) => `job ${job}, ${item}`),
        );

        const answers = await Promise.all(jobs.map(submit));

        assert.deepEqual(
          answers,
          jobs.map((items) => items.map((item) => success(item.toUpperCase()))),
        );
      }),
      { numRuns: 50 },
    );
  });
});

type Run = { readonly items: readonly string[]; readonly finish: () => void };

/** A batcher with one slot whose runs end when the test says so; a run with the poison fails. */
function manualBatcher(options: Partial<BatcherOptions<string, string>> & { readonly poison?: string } = {}) {
  const { poison, ...limits } = options;
  const runs: Run[] = [];
  const created = batcher<string, string>({
    maxItems: 100,
    maxInFlight: 1,
    maxQueued: 100,
    isolates: () => true,
    ...limits,
    run: (items) =>
      new Promise<readonly Outcome<string>[]>((resolve, reject) => {
        const finish = () =>
          items.some((item) => item === poison)
            ? reject(new Error('poison'))
            : resolve(items.map((item) => success(item.toUpperCase())));
        runs.push({ items, finish });
      }),
  });
  return { ...created, runs };
}

function itemsOf(runs: readonly Run[]): (readonly string[])[] {
  return runs.map(({ items }) => items);
}

/** Each letter is a key. */
function lettersOf(item: string): string[] {
  return [...item.replaceAll(/\d/g, '')];
}

async function finishAll(runs: readonly Run[]): Promise<void> {
  for (let finished = 0, idle = 0; idle < 5; ) {
    const run = runs[finished];
    if (run === undefined) idle += 1;
    else {
      run.finish();
      finished += 1;
      idle = 0;
    }
    await settle();
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
