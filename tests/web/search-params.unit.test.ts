import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  day,
  defineFilters,
  manyOf,
  oneOf,
  parseSearch,
  stringifySearch,
  text,
  yesNo,
} from '../../web/src/app/search-params.ts';

test('keeps values as texts, and repeats parameters with several values', () => {
  assert.deepEqual(parseSearch('?status=pending&status=confirmed&name=42&empty='), {
    status: ['pending', 'confirmed'],
    name: '42',
  });
  assert.equal(
    stringifySearch({ status: ['pending', 'confirmed'], name: undefined, offset: 20 }),
    '?status=pending&status=confirmed&offset=20',
  );
  assert.equal(stringifySearch({ name: '' }), '');
});

test('reads filters, and ignores what a filter does not accept', () => {
  const filters = defineFilters({
    status: manyOf('pending', 'confirmed'),
    state: oneOf('active', 'inactive'),
    active: yesNo,
    from: day,
    name: text,
  });
  assert.deepEqual(
    filters({
      status: ['pending', 'x'],
      state: 'y',
      active: 'false',
      from: '2026-11-01',
      name: ' a ',
      other: 'b',
    }),
    { status: ['pending'], active: false, from: '2026-11-01', name: 'a' },
  );
  assert.deepEqual(filters({ status: 'x', from: 'today', cursor: 'c', offset: '40' }), {
    cursor: 'c',
    offset: 40,
  });
});
