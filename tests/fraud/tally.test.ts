import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tally } from '../../src/modules/fraud/tally.ts';

describe('a tally', () => {
  test('counts each key', () => {
    const { add } = tally(3);
    assert.deepEqual(['a', 'b', 'a', 'a', 'b'].map(add), [1, 1, 2, 3, 2]);
  });

  test('keeps the counts of the latest keys, and forgets those that stay away', () => {
    const { add } = tally(3);
    for (const key of ['gone', 'a', 'a', 'b', 'c', 'a', 'd', 'e', 'f']) add(key);
    assert.deepEqual(['e', 'f', 'a', 'd', 'gone'].map(add), [2, 2, 4, 2, 1]);
  });

  test('takes a count that it is told', () => {
    const { add, set } = tally(3);
    set('a', 7);
    set('b', Number.POSITIVE_INFINITY);
    assert.deepEqual(['a', 'b', 'b'].map(add), [8, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });

  test('never remembers more than twice its size', () => {
    const { add } = tally(100);
    for (let key = 0; key < 10_000; key += 1) add(`${key}`);
    const remembered = [];
    // Backwards, and one by one on a tally of its own size, each look would push out another.
    for (let key = 9_999; key >= 9_800; key -= 1) if (add(`${key}`) > 1) remembered.push(key);
    assert.ok(remembered.length >= 100 && remembered.length <= 200, `${remembered.length}`);
  });
});
