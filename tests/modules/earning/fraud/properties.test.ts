import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { fraudDesk } from '../../../support/fraud-desk.ts';
import { startTestPlatform } from '../../../support/platform.ts';

const LIMIT_PER_DAY = 8;
const USERS_PER_ORDER = 3;
const platform = await startTestPlatform({
  environment: {
    VELOCITY_PURCHASES_PER_USER_DAY: `${LIMIT_PER_DAY}`,
    VELOCITY_TIMES_USER_USUAL: '3',
    VELOCITY_TIMES_MERCHANT_USUAL: '5',
    VELOCITY_USERS_PER_ORDER: `${USERS_PER_ORDER}`,
    VELOCITY_FLOOR_AMOUNT: '100',
    SUPPORTED_CURRENCIES: 'EUR,USD',
  },
});
const desk = fraudDesk(platform);

/** An order by the numbers of its user and merchant, so that it can be placed by several casts. */
type Order = {
  readonly user: number;
  readonly merchant: number;
  readonly amount: string;
  readonly currency: string;
  readonly at: string;
};

/** Few of everything, so that orders meet each other; several share a moment. */
const orders = fc.array(
  fc.record<Order>({
    user: fc.nat(3),
    merchant: fc.nat(1),
    amount: fc.constantFrom('10.00', '20.00', '99.99', '100.00', '120.00', '400.00', '400.01'),
    currency: fc.constantFrom('EUR', 'EUR', 'EUR', 'USD'),
    at: fc
      .tuple(
        fc.constantFrom('2026-02-01', '2026-02-02', '2026-02-03'),
        fc.constantFrom('00:00:00', '23:59:59'),
      )
      .map(([day, time]) => `${day}T${time}Z`),
  }),
  { minLength: 30, maxLength: 45, size: 'max' },
);

describe('screening a list', () => {
  test('in one batch, in parts and one by one comes to what a plain model says', async () => {
    let held = 0;
    await fc.assert(
      fc.asyncProperty(orders, fc.nat(45), async (list, cut) => {
        const expected = model(list);
        held += expected.filter((rules) => rules.length > 0).length;
        const [first, second, third] = [await cast(), await cast(), await cast()];

        const batch = await desk.buyInOneBatch(list.map(first));
        const single = await desk.buyOneByOne(list.map(second));
        const parts = [list.slice(0, cut), list.slice(cut)].filter(({ length }) => length > 0);
        const apart: string[] = [];
        for (const part of parts) apart.push(...(await desk.buyInOneBatch(part.map(third))));

        const reasons = await desk.reasonsOf(single);
        assert.deepEqual(await desk.reasonsOf(batch), reasons);
        assert.deepEqual(await desk.reasonsOf(apart), reasons);
        assert.deepEqual(rulesOf(reasons), expected);
      }),
      { numRuns: 15, endOnFailure: true },
    );
    assert.ok(held > 60, `only ${held} were held, so that little was compared`);
  });
});

/** Four users and two merchants whom nobody has seen, the first merchant with a usual amount of 20.00 EUR. */
async function cast() {
  const users = await Promise.all(Array.from({ length: 5 }, () => platform.registerUser()));
  const merchants = [await desk.openMerchant(), await desk.openMerchant()];
  const settled = Array.from({ length: 20 }, (_, day) => ({
    userId: users[4]?.id ?? '',
    merchantId: merchants[0] ?? '',
    amount: '20.00',
    at: `2026-01-${String(day + 1).padStart(2, '0')}T00:00:00Z`,
  }));
  const last = (merchantId = '') => ({
    ...settled[0],
    userId: users[4]?.id ?? '',
    merchantId,
    amount: '99.00',
  });
  await desk.buyInOneBatch(settled);
  // What is usual at a merchant is read with its first large purchase and then taken as it was: these read it.
  await desk.buyOneByOne(
    merchants.map((merchantId, index) => ({
      ...last(merchantId),
      amount: '150.00',
      at: `2026-01-2${index + 5}T00:00:00Z`,
    })),
  );
  return ({ user, merchant, ...order }: Order) => ({
    ...order,
    userId: users[user]?.id ?? '',
    merchantId: merchants[merchant] ?? '',
  });
}

/** The rules said once more, on nothing but the orders before: quadratic, and without any history to keep. */
function model(list: readonly Order[]): string[][] {
  return list.map((order, index) => {
    const before = list.slice(0, index);
    const day = order.at.slice(0, 10);
    const value = Number(order.amount);
    const ofUser = before.filter(({ user }) => user === order.user);
    const rules = ofUser.length >= LIMIT_PER_DAY ? ['purchases_per_user_day'] : [];
    if (value < 100) return rules;

    const amounts = ofUser
      .slice(-20)
      .filter(({ currency }) => currency === order.currency)
      .map(({ amount }) => Number(amount))
      .sort((a, b) => a - b);
    const usual = amounts[Math.ceil(amounts.length / 2) - 1] ?? 0;
    if (amounts.length >= 5 && value > 3 * usual) rules.push('amount_above_user_usual');
    if (order.merchant === 0 && order.currency === 'EUR' && value > 5 * 20) {
      rules.push('amount_above_merchant_usual');
    }
    const users = [...before, order]
      .filter(
        ({ merchant, amount, currency, at }) =>
          [merchant, amount, currency, at.slice(0, 10)].join() ===
          [order.merchant, order.amount, order.currency, day].join(),
      )
      .map(({ user }) => user);
    if (new Set(users).size >= USERS_PER_ORDER) rules.push('repeated_order');
    return rules;
  });
}

function rulesOf(reasons: readonly unknown[]): string[][] {
  return (reasons as (readonly { rule: string }[] | null)[]).map((list) =>
    (list ?? []).map(({ rule }) => rule),
  );
}
