import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decidingSource, fold, type Source } from '../../../../src/modules/earning/purchases/fold.ts';
import { assertEqual } from '../../../support/equality.ts';
import { amountIsThatOfTheDecidingSource } from '../../../support/order-properties.ts';

const source = (kind: Source['kind'], amount: bigint, namespace = `${kind} ${amount}`): Source => ({
  namespace,
  kind,
  amount,
});

describe('the deciding source', () => {
  const table: [title: string, sources: Source[], decides: number][] = [
    ['is the only one', [source('shopper', 8000n)], 0],
    ['is a partner after the shopper', [source('shopper', 8000n), source('partner', 7850n)], 1],
    ['is a partner before the shopper', [source('partner', 7850n), source('shopper', 8000n)], 0],
    ['is an administrator after the shopper', [source('shopper', 8000n), source('admin', 7850n)], 1],
    ['is the first of two partners', [source('partner', 7850n), source('partner', 7900n)], 0],
    ['is the first of administrator and partner', [source('admin', 1n), source('partner', 2n)], 0],
    [
      'is the first partner, whatever stands before and after it',
      [source('shopper', 1n), source('partner', 2n), source('admin', 3n), source('partner', 4n)],
      1,
    ],
  ];
  for (const [title, sources, decides] of table) {
    test(title, () => assert.equal(decidingSource(sources), sources[decides]));
  }

  test('of nothing is nothing', () => assert.equal(decidingSource([]), undefined));
});

describe('one more report', () => {
  const standing = { amount: 8000n, sources: [source('shopper', 8000n)] };

  test('sets the amount if its source decides from now on', () => {
    const partner = source('partner', 7850n);
    assertEqual(fold(standing, partner), { amount: 7850n, sources: [...standing.sources, partner] });
  });

  test('is evidence if its source does not decide: the amount stays, amended or not', () => {
    const amended = { amount: 4000n, sources: [source('partner', 8000n)] };
    for (const later of [source('shopper', 9000n), source('partner', 7850n), source('admin', 1n)]) {
      assertEqual(fold(amended, later), { amount: 4000n, sources: [...amended.sources, later] });
    }
  });

  test('leads to the amount of the deciding source, in whatever order the sources report', () => {
    fc.assert(amountIsThatOfTheDecidingSource, { numRuns: 5_000 });
  });
});
