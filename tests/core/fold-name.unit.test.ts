import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { foldName } from '../../src/core/fold-name.ts';
import { NAMES_ALIKE, NAMES_APART } from '../support/names.ts';

describe('the folded form of a name', () => {
  for (const [title, names] of NAMES_ALIKE) {
    test(`is one for ${title}`, () => {
      assert.deepEqual(new Set(names.map(foldName)).size, 1, names.map(foldName).join(' | '));
    });
  }

  test('differs for other names', () => {
    assert.equal(new Set(NAMES_APART.map(foldName)).size, NAMES_APART.length);
  });

  test('is its own folded form', () => {
    for (const name of [...NAMES_ALIKE.flatMap(([, names]) => names), ...NAMES_APART]) {
      assert.equal(foldName(foldName(name)), foldName(name));
    }
  });
});
