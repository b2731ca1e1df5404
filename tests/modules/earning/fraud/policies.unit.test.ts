import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import type { ScreenedPurchase, VelocityLimits } from '../../../../src/modules/earning/fraud/model.ts';
import {
  candidateOf,
  emptyHistory,
  LIMIT_REACHED,
  type MerchantUsuals,
  questionsOf,
  screen,
  usualByCurrency,
} from '../../../../src/modules/earning/fraud/policies.ts';
import { assertEqual } from '../../../support/equality.ts';
import { MERCHANT, NOW, SHOPPER, STRANGER } from '../../../support/purchases-builders.ts';

const LIMITS: VelocityLimits = {
  purchasesPerUserDay: 2,
  timesUserUsual: 10,
  timesMerchantUsual: 20,
  usersPerOrder: 3,
  floorAmount: 100,
};
const OFF: VelocityLimits = {
  purchasesPerUserDay: 0,
  timesUserUsual: 0,
  timesMerchantUsual: 0,
  usersPerOrder: 0,
  floorAmount: 100,
};

/** Bought by somebody who was seen often enough today to be asked for. */
function bought(fields: Partial<ScreenedPurchase> = {}, timesSeen = 1_000) {
  const purchase = {
    id: newId(),
    userId: SHOPPER,
    merchantId: MERCHANT,
    amount: 5_000n,
    currency: 'EUR',
    purchasedAt: NOW,
    ...fields,
  };
  return candidateOf(purchase, { today: '2026-03-14', timesSeen }, LIMITS);
}

/** Those of the list that met the rule, by their places, where nothing happened before. */
function heldBy(
  rule: string,
  list: readonly ReturnType<typeof bought>[],
  limits: VelocityLimits,
  usuals: MerchantUsuals = new Map(),
): number[] {
  const reasons = screen(list, emptyHistory(questionsOf(list, limits)), usuals, limits);
  return list.flatMap(({ id }, index) =>
    reasons.get(id)?.some((reason) => reason.rule === rule) ? [index] : [],
  );
}

describe('the questions about past purchases', () => {
  const small = bought({ amount: 9_999n });
  const large = bought({ amount: 10_000n });
  const other = bought({ amount: 10_000n, userId: STRANGER });

  test('is one count for each user below the floor, and everything from the floor on', () => {
    const { countedUserIds, ...others } = questionsOf([small, small], LIMITS);
    assertEqual(countedUserIds, [SHOPPER]);
    assertEqual(others, { userIds: [], orders: [], merchantIds: [] });

    assertEqual(questionsOf([small, large, other, large], LIMITS), {
      countedUserIds: [SHOPPER, STRANGER],
      userIds: [SHOPPER, STRANGER],
      orders: [large],
      merchantIds: [MERCHANT],
    });
  });

  test('is nothing where a rule is off', () => {
    assertEqual(questionsOf([large], OFF), {
      countedUserIds: [],
      userIds: [],
      orders: [],
      merchantIds: [],
    });
    for (const [setting, question] of [
      ['purchasesPerUserDay', 'countedUserIds'],
      ['timesUserUsual', 'userIds'],
      ['timesMerchantUsual', 'merchantIds'],
      ['usersPerOrder', 'orders'],
    ] as const) {
      const questions = Object.entries(questionsOf([large], { ...OFF, [setting]: 5 }));
      assertEqual(
        questions.filter(([, asked]) => asked.length > 0).map(([name]) => name),
        [question],
      );
    }
  });

  test('is the count of today at each tenth of the limit that was seen, always from the limit on, until it is known', () => {
    const asksAt = (limit: number, upTo: number) =>
      Array.from({ length: upTo }, (_, index) => index + 1).filter((seen) => {
        const purchase = bought({}, seen);
        const { countedUserIds } = questionsOf([purchase], { ...LIMITS, purchasesPerUserDay: limit });
        return countedUserIds.length === 1;
      });
    assertEqual(asksAt(50, 53), [5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 51, 52, 53]);
    assertEqual(asksAt(41, 43), [5, 10, 15, 20, 25, 30, 35, 40, 41, 42, 43]);
    assertEqual(asksAt(3, 5), [1, 2, 3, 4, 5]);
    assertEqual(asksAt(0, 5), []);
    assertEqual(questionsOf([bought({}, LIMIT_REACHED)], LIMITS).countedUserIds, []);
  });

  test('goes by whole units of the currency: 100 is 100 JPY, 100.00 EUR and 100.000 KWD', () => {
    for (const [currency, floor] of [
      ['JPY', 100n],
      ['EUR', 10_000n],
      ['KWD', 100_000n],
    ] as const) {
      assert.equal(questionsOf([bought({ currency, amount: floor - 1n })], LIMITS).userIds.length, 0);
      assert.equal(questionsOf([bought({ currency, amount: floor })], LIMITS).userIds.length, 1);
    }
  });
});

describe('no rule holds anything', () => {
  test('where all are off', () => {
    const list = Array.from({ length: 60 }, (_, index) => bought({ amount: 10n ** BigInt(index % 12) + 1n }));
    assert.equal(screen(list, emptyHistory(questionsOf(list, OFF)), new Map(), OFF).size, 0);
  });
});

describe('purchases_per_user_day', () => {
  const on = (time: string, userId = SHOPPER) => bought({ userId, purchasedAt: Temporal.Instant.from(time) });

  test('counts what was recorded and what came earlier in the list', () => {
    for (const [recorded, held] of [
      [0, [2, 3]],
      [1, [1, 2, 3]],
      [2, [0, 1, 2, 3]],
      [9, [0, 1, 2, 3]],
    ] as const) {
      const list = Array.from({ length: 4 }, () => bought());
      const questions = questionsOf(list, LIMITS);
      const history = emptyHistory(questions);
      for (const userId of questions.countedUserIds) history.purchasesOfToday.set(userId, recorded);
      const reasons = screen(list, history, new Map(), LIMITS);
      assertEqual(
        list.flatMap(({ id }, index) => (reasons.has(id) ? [index] : [])),
        held,
      );
    }
  });

  test('holds without a question where the limit is known to be reached', () => {
    const list = [bought({}, LIMIT_REACHED), bought({ userId: STRANGER })];
    assertEqual(heldBy('purchases_per_user_day', list, LIMITS), [0]);
    assertEqual(heldBy('purchases_per_user_day', list, OFF), []);
  });

  test('counts by user what is recorded today, whenever it was bought', () => {
    const list = [
      on('2025-12-01T00:00:00Z'),
      on('2026-03-14T00:00:00Z', STRANGER),
      on('2026-01-31T23:59:59Z'),
      on('2026-03-14T00:00:00Z'),
      on('2026-02-01T12:00:00Z', STRANGER),
    ];
    assertEqual(heldBy('purchases_per_user_day', list, LIMITS), [3]);
    const evidence = { day: '2026-03-14', more_than: 2 };
    const reasons = screen(list, emptyHistory(questionsOf(list, LIMITS)), new Map(), LIMITS);
    assertEqual(reasons.get(list[3]?.id ?? ''), [{ rule: 'purchases_per_user_day', evidence }]);
  });
});

describe('amount_above_user_usual', () => {
  const limits = { ...OFF, timesUserUsual: 10 };
  const usually = (amounts: readonly bigint[], fields: Partial<ScreenedPurchase> = {}) =>
    amounts.map((amount, index) =>
      bought({ amount, purchasedAt: NOW.subtract({ hours: 24 * (100 - index) }), ...fields }),
    );

  const cases: [string, readonly bigint[], bigint, boolean][] = [
    ['four purchases before are too few', [10n, 10n, 10n, 10n], 99_999n, false],
    ['five are enough', [10n, 10n, 10n, 10n, 10n], 99_999n, true],
    ['exactly ten times', [2_000n, 2_000n, 2_000n, 2_000n, 2_000n], 20_000n, false],
    ['a cent more', [2_000n, 2_000n, 2_000n, 2_000n, 2_000n], 20_001n, true],
    [
      'a huge one among them does not move the median',
      [2_000n, 2_000n, 2_000n, 10n ** 12n, 2_000n],
      20_001n,
      true,
    ],
    ['of an even number the lower middle', [1_000n, 1_000n, 1_000n, 9_000n, 9_000n, 9_000n], 10_001n, true],
    ['only the latest twenty', [...Array(20).fill(10n), ...Array(20).fill(9_000n)], 20_000n, false],
  ];
  for (const [title, before, amount, held] of cases) {
    test(`${title}: ${held ? 'held' : 'not held'}`, () => {
      const list = [...usually(before), bought({ amount })];
      assertEqual(heldBy('amount_above_user_usual', list, limits), held ? [before.length] : []);
    });
  }

  test('compares within one currency', () => {
    const list = [...usually(Array(9).fill(1_000n), { currency: 'USD' }), bought({ amount: 99_999n })];
    assertEqual(heldBy('amount_above_user_usual', list, limits), []);
  });

  test('compares with the user alone', () => {
    const list = [...usually(Array(9).fill(1_000n), { userId: STRANGER }), bought({ amount: 99_999n })];
    assertEqual(heldBy('amount_above_user_usual', list, limits), []);
  });
});

describe('amount_above_merchant_usual', () => {
  const limits = { ...OFF, timesMerchantUsual: 20 };
  const usuals = new Map([[MERCHANT, new Map([['EUR', { amount: 1_000n, purchases: 30 }]])]]);

  for (const [amount, fields, held] of [
    [20_000n, {}, false],
    [20_001n, {}, true],
    [20_001n, { currency: 'USD' }, false],
    [20_001n, { merchantId: STRANGER }, false],
  ] as const) {
    test(`${amount} ${JSON.stringify(fields)}: ${held ? 'held' : 'not held'}`, () => {
      const list = [bought({ amount, ...fields })];
      assertEqual(heldBy('amount_above_merchant_usual', list, limits, usuals), held ? [0] : []);
    });
  }

  test('is known in a currency once twenty purchases are in it', () => {
    const sale = (currency: string, count: number) =>
      Array.from({ length: count }, (_, index) => ({ amount: BigInt(index), currency }));
    assertEqual(
      usualByCurrency([...sale('EUR', 20), ...sale('USD', 19)]),
      new Map([['EUR', { amount: 9n, purchases: 20 }]]),
    );
  });
});

describe('repeated_order', () => {
  const limits = { ...OFF, usersPerOrder: 3 };
  const users = Array.from({ length: 4 }, () => newId());
  const order = (user: number, fields: Partial<ScreenedPurchase> = {}) =>
    bought({ userId: users[user] ?? '', amount: 10_000n, ...fields });

  test('counts users, not purchases, and holds from the one who makes them enough on', () => {
    const list = [order(0), order(0), order(1), order(1), order(2), order(0), order(3)];
    assertEqual(heldBy('repeated_order', list, limits), [4, 5, 6]);
  });

  for (const [title, fields] of [
    ['another amount', { amount: 10_001n }],
    ['another merchant', { merchantId: STRANGER }],
    ['another currency', { currency: 'USD' }],
    ['another day', { purchasedAt: NOW.subtract({ hours: 24 }) }],
  ] as const) {
    test(`takes ${title} for another order`, () => {
      assertEqual(heldBy('repeated_order', [order(0), order(1), order(2, fields)], limits), []);
    });
  }

  test('checks no amount below the floor', () => {
    const list = users.map((_, user) => order(user, { amount: 9_999n }));
    assertEqual(heldBy('repeated_order', list, limits), []);
  });
});
