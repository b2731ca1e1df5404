import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allowanceOf, payoutAllowance } from '../../../../src/modules/money/payouts/allowance.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fakeKernel } from '../../../support/fakes.ts';
import { aPayout } from '../../../support/payouts-builders.ts';
import { SHOPPER } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

const LIMITS = { minimum: new Map([['EUR', 10_00n]]), monthly: new Map([['EUR', 1_000_00n]]) };

describe('what may be paid out', () => {
  const allowance = ([available, used = 0n, isProven = true]: readonly [bigint, bigint?, boolean?]) => {
    const given = allowanceOf({ currency: 'EUR', available, used, isProven }, LIMITS);
    return [given.maximum, given.leftThisMonth, ...given.blockedBy];
  };

  for (const [title, given, expected] of [
    ['is what is available', [40_00n], [40_00n, 1_000_00n]],
    ['is the minimum exactly', [10_00n], [10_00n, 1_000_00n]],
    ['is the rest of the month', [2_000_00n, 990_00n], [10_00n, 10_00n]],
    ['is nothing below the minimum', [9_99n], [0n, 1_000_00n, 'below_minimum']],
    ['is nothing of debts', [-1n], [0n, 1_000_00n, 'owes']],
    ['is nothing in a month without room', [40_00n, 990_01n], [0n, 9_99n, 'monthly_limit']],
    ['is nothing in a month above a limit that was lowered', [40_00n, 1_001_00n], [0n, 0n, 'monthly_limit']],
    ['is nothing before the address is proven', [40_00n, 0n, false], [0n, 1_000_00n, 'email_unverified']],
  ] as const) {
    test(title, () => assert.deepEqual(allowance(given), expected));
  }

  test('has every reason', () => {
    assert.deepEqual(allowance([0n, 1_000_00n, false]).slice(2), [
      'email_unverified',
      'below_minimum',
      'monthly_limit',
    ]);
  });
});

describe('an allowance', () => {
  const payout = aPayout();
  const lastAccount = { payoutId: payout.id, maskedDetails: payout.maskedDetails };
  const asked: unknown[] = [];
  const open = (needsEmailProof: boolean) =>
    payoutAllowance({
      ...fakeKernel().kernel,
      repository: {
        findUse: async (_db, owner, since) => {
          asked.push(owner, since.toString());
          return { available: 40_00n, used: 5_00n };
        },
        findLastAccount: async (_db, userId) => (userId === SHOPPER ? lastAccount : null),
      },
      users: { findProven: async () => new Set() },
      needsEmailProof,
      supportedCurrencies: ['EUR'],
      limits: LIMITS,
    });
  const owner = { userId: SHOPPER, currency: 'EUR' };

  test('counts the payouts of the month, and has the last account', async () => {
    const allowance = await open(false)(owner);
    assertEqual(asked, [owner, '2026-03-01T00:00:00Z']);
    assertEqual(
      [allowance.leftThisMonth, allowance.lastAccount, allowance.blockedBy],
      [995_00n, lastAccount, []],
    );
  });

  test('asks for a proven address only where payouts need one', async () => {
    assertEqual((await open(true)(owner)).blockedBy, ['email_unverified']);
  });

  test('is UNSUPPORTED_CURRENCY in another currency', async () => {
    await rejectsWith(open(false)({ ...owner, currency: 'USD' }), 'UNSUPPORTED_CURRENCY');
  });
});
