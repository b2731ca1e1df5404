import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hashOf } from '../../../../src/core/text-hash.ts';
import { tally } from '../../../../src/modules/earning/fraud/tally.ts';

describe('a tally', () => {
  test('counts each key', () => {
    const { add } = tally(3);
    assert.deepEqual(['a', 'b', 'a', 'a', 'b'].map(dayOf).map(add), [1, 1, 2, 3, 2]);
  });

  test('counts each day of a user separately', () => {
    const { add } = tally(3);
    assert.deepEqual(
      ['2026-05-01', '2026-05-02', '2026-05-01'].map((day) => add({ userId: 'a', day })),
      [1, 1, 2],
    );
  });

  test('distinguishes users with the same hash', () => {
    const { add } = tally(3);
    assert.equal(hashOf('costarring'), hashOf('liquid'));
    assert.deepEqual(['costarring', 'liquid', 'liquid'].map(dayOf).map(add), [1, 1, 2]);
  });

  test('counts as a map does, as long as there are not too many', () => {
    const userDay = fc.record({ userId: fc.string(), day: fc.constantFrom('2026-05-01', '2026-05-02') });
    fc.assert(
      fc.property(fc.array(userDay, { maxLength: 64 }), (comers) => {
        const { add } = tally(64);
        const counts = new Map<string, number>();
        for (const comer of comers) {
          const key = `${comer.day} ${comer.userId}`;
          counts.set(key, (counts.get(key) ?? 0) + 1);
          assert.equal(add(comer), counts.get(key));
        }
      }),
    );
  });

  test('keeps the counts of the latest keys, and forgets those that stay away', () => {
    const { add } = tally(3);
    for (const key of ['gone', 'a', 'a', 'b', 'c', 'a', 'd', 'e', 'f']) add(dayOf(key));
    assert.deepEqual(['e', 'f', 'a', 'd', 'gone'].map(dayOf).map(add), [2, 2, 4, 2, 1]);
  });

  test('accepts a given count', () => {
    const { add, set } = tally(3);
    set(dayOf('a'), 7);
    set(dayOf('b'), Number.POSITIVE_INFINITY);
    assert.deepEqual(['a', 'b', 'b'].map(dayOf).map(add), [
      8,
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ]);
  });

  test('never remembers more than twice its size', () => {
    const { add } = tally(100);
    for (let key = 0; key < 10_000; key += 1) add(dayOf(`${key}`));
    const remembered = [];
    // Backwards, and one by one on a tally of its own size, each look would push out another.
    for (let key = 9_999; key >= 9_800; key -= 1) if (add(dayOf(`${key}`)) > 1) remembered.push(key);
    assert.ok(remembered.length >= 100 && remembered.length <= 200, `${remembered.length}`);
  });
});

function dayOf(userId: string) {
  return { userId, day: '2026-05-01' };
}
