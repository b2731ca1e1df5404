import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalizeIdentifier } from '../../src/core/identifier.ts';

for (const [title, sent, expected] of [
  ['a plain id', 'order-2026-000123', 'order-2026-000123'],
  ['a trailing space', 'order-7 ', 'order-7'],
  ['a line break around it', '\norder-7\r\n', 'order-7'],
  ['a zero-width space', 'order\u200b-7', 'order-7'],
  ['a byte order mark', '\ufefforder-7', 'order-7'],
  ['full-width letters', 'ｏｒｄｅｒ－７', 'order-7'],
  ['a composed and a combining accent', 'cafe\u0301-7', 'caf\u00e9-7'],
  ['a space within', 'order 7', 'order 7'],
  ['capitals', 'Order-7', 'Order-7'],
  ['three spaces', '   ', ''],
  ['only invisible characters', '\u200b\u200d', ''],
] as const) {
  test(`the id of ${title} is ${JSON.stringify(expected)}`, () => {
    assert.equal(normalizeIdentifier(sent), expected);
    assert.equal(normalizeIdentifier(expected), expected);
  });
}
