import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Source } from '../../../../src/modules/earning/purchases/fold.ts';
import {
  doubtsOf,
  matchReport,
  type OrderReport,
  type ReportedPurchase,
} from '../../../../src/modules/earning/purchases/matching.ts';
import type { Purchase } from '../../../../src/modules/earning/purchases/model.ts';
import { assertEqual } from '../../../support/equality.ts';
import {
  matchIsTheClosest,
  ofTwinsOneIsDoubted,
  oneOfTwoIsDoubted,
  orderIsRewardedOnce,
} from '../../../support/order-properties.ts';
import { aPurchase, NOW, SHOPPER, STRANGER } from '../../../support/purchases-builders.ts';

const by = (kind: Source['kind'], namespace = `a ${kind}`): Source => ({ kind, namespace, amount: 8000n });

function reported(fields: Partial<Purchase> = {}, ...sources: Source[]): ReportedPurchase {
  const purchase = aPurchase({ amount: 8000n, orderKey: '1001', ...fields });
  return { purchase, sources: sources.length > 0 ? sources : [by('shopper')] };
}

const report = (fields: Partial<OrderReport> = {}): OrderReport => ({
  ...by('partner'),
  userId: SHOPPER,
  currency: 'EUR',
  ...fields,
});

const rulesOf = (reasons: readonly { readonly rule: string }[]) => reasons.map(({ rule }) => rule);

describe('a report that names its order', () => {
  const cases: [
    title: string,
    told: ReportedPurchase[],
    report: OrderReport,
    match: number | undefined,
    rules: string[],
  ][] = [
    ['is a purchase of its own if nobody reported the order', [], report(), undefined, []],
    ['matches the purchase of another source', [reported()], report({ amount: 7850n }), 0, []],
    ['matches half of the amount', [reported()], report({ amount: 4000n }), 0, []],
    ['matches twice the amount', [reported()], report({ amount: 16_000n }), 0, []],
    ['is doubted below half', [reported()], report({ amount: 3999n }), undefined, ['same_order']],
    ['is doubted above twice', [reported()], report({ amount: 16_001n }), undefined, ['same_order']],
    ['is doubted in another currency', [reported()], report({ currency: 'USD' }), undefined, ['same_order']],
    [
      'is another part if its source reported the order',
      [reported({}, by('partner'))],
      report(),
      undefined,
      [],
    ],
    [
      'is another part if its source is a witness',
      [reported({}, by('shopper'), by('partner'))],
      report(),
      undefined,
      [],
    ],
    [
      'matches the closest of several parts',
      [reported({ amount: 6000n }), reported({ amount: 7900n }), reported({ amount: 9000n })],
      report(),
      1,
      [],
    ],
    [
      'is doubted if another shopper has the order by a source that counts as much',
      [reported({ userId: STRANGER }, by('partner', 'another partner'))],
      report(),
      undefined,
      ['order_of_another_user'],
    ],
    [
      'is not doubted if another shopper only claims the order',
      [reported({ userId: STRANGER })],
      report(),
      undefined,
      [],
    ],
    [
      'of a shopper is doubted if another shopper claims the order',
      [reported({ userId: STRANGER }, by('shopper', 'a stranger'))],
      report(by('shopper')),
      undefined,
      ['order_of_another_user'],
    ],
  ];
  for (const [title, known, told, match, rules] of cases) {
    test(title, () => {
      const found = matchReport(told, known);
      assert.equal(found.purchase, match === undefined ? undefined : known[match]?.purchase);
      assertEqual(rulesOf(found.reasons), rules);
    });
  }

  test('says in its evidence which purchase it may repeat', () => {
    const known = reported();
    assertEqual(matchReport(report({ amount: 1n }), [known]).reasons, [
      { rule: 'same_order', evidence: { purchase_id: known.purchase.id, amount: '80.00', currency: 'EUR' } },
    ]);
  });

  test('is matched or doubted if another source reported the order of its shopper', () => {
    fc.assert(orderIsRewardedOnce, { numRuns: 2_000 });
    fc.assert(matchIsTheClosest, { numRuns: 2_000 });
  });
});

describe('a purchase about to be confirmed', () => {
  const later = { id: 'b', orderKey: null, externalId: 'mine' };
  const earlier = { id: 'a', orderKey: null, externalId: 'other' };
  const day = { hours: 24 };
  const second = { seconds: 1 };
  const cases: [title: string, one: ReportedPurchase, twin: ReportedPurchase, rules: string[]][] = [
    [
      'is not doubted beside one of the same source',
      reported(later, by('partner')),
      reported(earlier, by('partner')),
      [],
    ],
    [
      'is similar with the same amount at the same time',
      reported(later, by('partner')),
      reported(earlier, by('admin')),
      ['similar_order'],
    ],
    [
      'is similar a day later',
      reported({ ...later, purchasedAt: NOW.add(day) }, by('partner')),
      reported(earlier, by('admin')),
      ['similar_order'],
    ],
    [
      'is not similar more than a day later',
      reported({ ...later, purchasedAt: NOW.add(day).add(second) }, by('partner')),
      reported(earlier, by('admin')),
      [],
    ],
    [
      'is not similar more than a day earlier',
      reported({ ...later, purchasedAt: NOW.subtract(day).subtract(second) }, by('partner')),
      reported(earlier, by('admin')),
      [],
    ],
    [
      'is not similar with another amount',
      reported({ ...later, amount: 8001n }, by('partner')),
      reported(earlier, by('admin')),
      [],
    ],
    [
      'is not similar in another currency',
      reported({ ...later, currency: 'USD' }, by('partner')),
      reported(earlier, by('admin')),
      [],
    ],
    [
      'is the same by its external id, whatever the amount',
      reported({ ...later, externalId: 'other', amount: 1n }, by('partner')),
      reported(earlier, by('admin')),
      ['same_order'],
    ],
    [
      'is the same by its order',
      reported({ ...later, orderKey: '7', amount: 1n }, by('partner')),
      reported({ ...earlier, orderKey: '7' }, by('admin')),
      ['same_order'],
    ],
    [
      'stands if it is the earlier of equals',
      reported(earlier, by('partner')),
      reported(later, by('admin')),
      [],
    ],
    [
      'is doubted as the earlier one if the later one is paid',
      reported(earlier, by('partner')),
      reported({ ...later, status: 'confirmed' }, by('admin')),
      ['similar_order'],
    ],
    [
      'stands beside a source that counts less, even if that was first',
      reported(later, by('partner')),
      reported(earlier, by('shopper')),
      [],
    ],
    [
      'is doubted beside a source that counts more, even if it was first',
      reported(earlier, by('shopper')),
      reported(later, by('partner')),
      ['similar_order'],
    ],
    [
      'is doubted if another shopper has its order by a source that counts as much',
      reported({ ...earlier, orderKey: '7' }, by('partner')),
      reported({ ...later, orderKey: '7', userId: STRANGER }, by('admin')),
      ['order_of_another_user'],
    ],
    [
      'is not doubted for the amount of another shopper',
      reported(later, by('partner')),
      reported({ ...earlier, userId: STRANGER }, by('admin')),
      [],
    ],
  ];
  for (const [title, one, twin, rules] of cases) {
    test(title, () => assertEqual(rulesOf(doubtsOf(one, [twin])), rules));
  }

  test('or its twin is doubted before both are paid', () => {
    fc.assert(ofTwinsOneIsDoubted, { numRuns: 500 });
    fc.assert(oneOfTwoIsDoubted, { numRuns: 2_000 });
  });
});
