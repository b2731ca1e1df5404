import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bestOf, termsOf } from '../../../../src/modules/insight/search/lookups.ts';
import type { Hit } from '../../../../src/modules/insight/search/model.ts';

describe('the terms of a text', () => {
  test('are its forms in each field', () => {
    assert.deepEqual(termsOf('  No. 77  ÄB\u200b '), {
      text: 'No. 77  ÄB\u200b',
      ids: undefined,
      externalIds: ['No. 77  ÄB\u200b', 'No. 77  ÄB'],
      orderKey: 'no77äb',
      name: 'no. 77 äb',
      email: 'no. 77  äb\u200b',
    });
  });

  test('have no order without a letter and a digit', () => {
    assert.equal(termsOf('%_').orderKey, undefined);
  });

  const id = '01936f2e-8c1b-7c3a-9d55-0b1f2a3c4d5e';
  for (const [text, from, to] of [
    [id.toUpperCase(), id, id],
    ['01936f2e', '01936f2e-0000-0000-0000-000000000000', '01936f2e-ffff-ffff-ffff-ffffffffffff'],
    ['01936f2e-8c', '01936f2e-8c00-0000-0000-000000000000', '01936f2e-8cff-ffff-ffff-ffffffffffff'],
    ['01936f2e-', '01936f2e-0000-0000-0000-000000000000', '01936f2e-ffff-ffff-ffff-ffffffffffff'],
  ] as const) {
    test(`have the ids that begin with ${text}`, () => assert.deepEqual(termsOf(text).ids, { from, to }));
  }

  for (const text of ['01936f2', '01936f2e8c1b', `${id}0`, '01936f2g', '--------']) {
    test(`have no ids for ${text}`, () => assert.equal(termsOf(text).ids, undefined));
  }
});

describe('the best hits', () => {
  const hit = (kind: Hit['kind'], id: string, match: Hit['match'] = 'whole'): Hit => ({
    kind,
    id,
    match,
    field: 'name',
  });

  test('are whole fields, then kinds, then the newest, and each object once', () => {
    const hits = [
      hit('merchant', '1', 'part'),
      hit('user', '1', 'beginning'),
      hit('merchant', '1'),
      hit('purchase', '1'),
      hit('purchase', '2'),
      hit('user', '1'),
    ];
    assert.deepEqual(
      bestOf(hits, 10).map(({ kind, id, match }) => `${kind} ${id} ${match}`),
      ['purchase 2 whole', 'purchase 1 whole', 'user 1 whole', 'merchant 1 whole'],
    );
    assert.equal(bestOf(hits, 2).length, 2);
  });
});
