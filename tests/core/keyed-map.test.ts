import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyedMap } from '../../src/core/keyed-map.ts';

type Owner = { readonly userId: string; readonly currency: string };

test('each part of a key counts, and only the parts', () => {
  const map = keyedMap<Owner, number>(({ userId, currency }) => [userId, currency]);
  map.set({ userId: 'a', currency: 'EUR' }, 1);
  map.set({ userId: 'a', currency: 'USD' }, 2);
  map.set({ userId: 'b', currency: 'EUR' }, 3);

  const keyWithMore = { userId: 'a', currency: 'USD', amount: 5n };
  assert.equal(map.get(keyWithMore), 2);
  assert.equal(map.get({ userId: 'b', currency: 'EUR' }), 3);
  assert.equal(map.get({ userId: 'b', currency: 'USD' }), undefined);
  assert.equal(map.get({ userId: 'c', currency: 'EUR' }), undefined);
});

test('the last value of a key is its value, at the place of the first', () => {
  const map = keyedMap<Owner, string>(({ userId, currency }) => [userId, currency]);
  for (const [userId, currency, value] of [
    ['b', 'EUR', 'first'],
    ['a', 'EUR', 'other'],
    ['b', 'USD', 'third'],
    ['b', 'EUR', 'last'],
  ] as const) {
    map.set({ userId, currency }, value);
  }
  assert.deepEqual(map.values(), ['last', 'third', 'other']);
});

test('a key may have one part or three', () => {
  const byOne = keyedMap<string, number>((text) => [text]);
  byOne.set('a', 1);
  assert.deepEqual([byOne.get('a'), byOne.get('b'), byOne.values()], [1, undefined, [1]]);

  const byThree = keyedMap<readonly [string, string, string], number>((texts) => texts);
  byThree.set(['a', 'b', 'c'], 1);
  byThree.set(['a', 'b', 'd'], 2);
  assert.deepEqual([byThree.get(['a', 'b', 'd']), byThree.values()], [2, [1, 2]]);
  assert.deepEqual(keyedMap<string, number>((text) => [text]).values(), []);
});
