import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recentMap } from '../../src/core/recent-map.ts';

test('what was asked for lately is kept, what nobody asked for goes', () => {
  const map = recentMap<number>(3);
  for (const [value, key] of ['a', 'b', 'c', 'd'].entries()) map.set(key, value);
  map.get('a');
  for (const key of ['e', 'f']) map.set(key, 9);

  assert.deepEqual(
    ['a', 'b', 'd', 'e', 'f'].map((key) => map.get(key)),
    [0, undefined, 3, 9, 9],
  );
});

test('a key has its latest value, wherever it stood, and counts once', () => {
  const map = recentMap<number>(2);
  for (const key of ['a', 'b', 'c']) map.set(key, 1);
  map.set('a', 2);

  assert.equal(map.get('a'), 2);
  assert.equal(map.size(), 3);
});

test('forgets a key, or all, also those that it has not been asked for lately', () => {
  const map = recentMap<number>(2);
  for (const key of ['a', 'b', 'c']) map.set(key, 1);
  map.delete('a');
  map.delete('c');
  assert.deepEqual([map.get('a'), map.get('b'), map.get('c'), map.size()], [undefined, 1, undefined, 1]);

  map.clear();
  assert.deepEqual([map.get('b'), map.size()], [undefined, 0]);
});

test('never holds more than twice its size', () => {
  const map = recentMap<number>(10);
  for (let key = 0; key < 1_000; key += 1) {
    map.set(`key-${key}`, key);
    map.get(`key-${Math.floor(key / 2)}`);
    assert.ok(map.size() <= 20);
  }
});
