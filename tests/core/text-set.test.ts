import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hashOf } from '../../src/core/text-hash.ts';
import { textSet } from '../../src/core/text-set.ts';

test('knows the texts that have come, and no others', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.string()), (added, others) => {
      const { has, add } = textSet(added);
      for (const text of others) assert.equal(has(text), added.includes(text));
      for (const text of others) add(text);
      for (const text of [...added, ...others]) assert.ok(has(text));
    }),
  );
});

test('tells texts of one hash apart', () => {
  const [one, other] = ['costarring', 'liquid'];
  assert.equal(hashOf(one), hashOf(other));
  const { has, add } = textSet([one]);
  assert.ok(!has(other));
  add(other);
  assert.ok(has(one) && has(other));
});
