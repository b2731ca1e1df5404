import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compositeKey } from '../../src/core/composite-key.ts';

const values = fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant(null)));

test('a composite key is the same for the same values only', () => {
  fc.assert(
    fc.property(values, values, (one, other) => {
      assert.equal(compositeKey(...one), compositeKey(...one.slice()));
      assert.equal(
        compositeKey(...one) === compositeKey(...other),
        one.length === other.length && one.every((value, index) => value === other[index]),
      );
    }),
  );
});

test('no value can pose as two', () => {
  assert.notEqual(compositeKey('a","b'), compositeKey('a', 'b'));
  assert.notEqual(compositeKey('a b', 'c'), compositeKey('a', 'b c'));
  assert.notEqual(compositeKey('null'), compositeKey(null));
});
