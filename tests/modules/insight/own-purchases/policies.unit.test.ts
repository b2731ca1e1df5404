import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PendingFacts, PendingGroup } from '../../../../src/modules/insight/own-purchases/model.ts';
import {
  expectationOf,
  forecastOf,
  paidAmountOf,
} from '../../../../src/modules/insight/own-purchases/policies.ts';
import { assertEqual } from '../../../support/equality.ts';

const FACTS: PendingFacts = { recordedOn: '2026-03-14', isBlocked: false, isAwaitingRelease: false };
const AUTOMATIC = { days: 30, isAutomatic: true };
const BY_SHOP = { days: 30, isAutomatic: false };

describe('a pending reward is expected', () => {
  for (const [title, facts, rule, today, expectedOn, isLate] of [
    ['on the day on which the platform confirms it', {}, AUTOMATIC, '2026-03-14', '2026-04-13', false],
    ['on its day, that day too', {}, AUTOMATIC, '2026-04-13', '2026-04-13', false],
    ['late, when its day is over', {}, AUTOMATIC, '2026-04-14', null, true],
    ['without a day, where the shop confirms', {}, BY_SHOP, '2026-03-14', null, false],
    ['late, where the shop takes longer', {}, BY_SHOP, '2026-04-14', null, true],
    ['without a day, under review', { isBlocked: true }, AUTOMATIC, '2026-03-14', null, false],
    ['late, under a long review', { isBlocked: true }, AUTOMATIC, '2026-04-14', null, true],
    ['late, while it waits for room', { isAwaitingRelease: true }, AUTOMATIC, '2026-03-14', null, true],
  ] as const) {
    test(title, () => {
      assert.deepEqual(expectationOf({ ...FACTS, ...facts }, rule, today), { expectedOn, isLate });
    });
  }
});

describe('a forecast', () => {
  const group = (fields: Partial<PendingGroup>): PendingGroup => ({
    ...FACTS,
    merchantId: 'automatic',
    amount: 1_00n,
    purchases: 1,
    ...fields,
  });
  const ruleOf = (merchantId: string) => (merchantId === 'automatic' ? AUTOMATIC : BY_SHOP);

  test('has each group once, days in their order', () => {
    const groups = [
      group({ recordedOn: '2026-03-16', amount: 3n }),
      group({ amount: 4n, purchases: 2 }),
      group({ merchantId: 'shop', amount: 5n }),
      group({ isBlocked: true, amount: 6n }),
      group({ recordedOn: '2026-01-01', amount: 7n }),
    ];
    assertEqual(forecastOf(groups, 'EUR', ruleOf, '2026-03-20'), {
      currency: 'EUR',
      dated: [
        { on: '2026-04-13', amount: 4n, purchases: 2 },
        { on: '2026-04-15', amount: 3n, purchases: 1 },
      ],
      byShop: { amount: 11n, purchases: 2 },
      late: { amount: 7n, purchases: 1 },
      total: 25n,
    });
  });

  test('adds the groups of a day up', () => {
    const twice = [group({}), group({ merchantId: 'automatic', amount: 2_00n })];
    assertEqual(forecastOf(twice, 'EUR', ruleOf, '2026-03-20').dated, [
      { on: '2026-04-13', amount: 3_00n, purchases: 2 },
    ]);
  });

  test('of nothing is nothing', () => {
    const none = { amount: 0n, purchases: 0 };
    const nothing = { currency: 'EUR', dated: [], byShop: none, late: none, total: 0n };
    assertEqual(forecastOf([], 'EUR', ruleOf, '2026-03-20'), nothing);
  });
});

test('the paid part of a reward is what payouts after it leave of older money', () => {
  const confirmation = { sequence: 7n, amount: 3_00n, availableAfter: 5_00n };
  const payout = (sequence: bigint, amount: bigint) => ({ currency: 'EUR', sequence, amount });
  const paid = (...payouts: Parameters<typeof payout>[]) =>
    paidAmountOf(
      3_00n,
      confirmation,
      payouts.map((one) => payout(...one)),
    );
  assert.equal(paid(), 0n);
  assert.equal(paid([3n, 9_00n]), 0n);
  assert.equal(paid([8n, 2_00n]), 0n);
  assert.equal(paid([8n, 2_00n], [9n, 1_00n]), 1_00n);
  assert.equal(paid([8n, 4_00n], [9n, 9_00n]), 3_00n);
});
