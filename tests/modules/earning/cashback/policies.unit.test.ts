import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  capBook,
  capKeyOf,
  computeReward,
  grantRewards,
} from '../../../../src/modules/earning/cashback/policies.ts';
import { assertEqual } from '../../../support/equality.ts';
import {
  aCapUsage,
  aClaim,
  ONE_PERCENT,
  SHOPPER,
  STRANGER,
  someTerms,
} from '../../../support/purchases-builders.ts';

describe('the reward of a percentage', () => {
  // Ties go to the even neighbour: 0.5 → 0, 1.5 → 2, 2.5 → 2, 3.5 → 4.
  const table: [amount: bigint, tenThousandths: bigint, reward: bigint][] = [
    [0n, 5n * ONE_PERCENT, 0n],
    [1n, 5n * ONE_PERCENT, 0n],
    [9n, 5n * ONE_PERCENT, 0n],
    [10n, 5n * ONE_PERCENT, 0n],
    [11n, 5n * ONE_PERCENT, 1n],
    [29n, 5n * ONE_PERCENT, 1n],
    [30n, 5n * ONE_PERCENT, 2n],
    [50n, 5n * ONE_PERCENT, 2n],
    [51n, 5n * ONE_PERCENT, 3n],
    [69n, 5n * ONE_PERCENT, 3n],
    [70n, 5n * ONE_PERCENT, 4n],
    [4990n, 5n * ONE_PERCENT, 250n],
    [100n, 25_000n, 2n],
    [100n, 35_000n, 4n],
    [100n, 25_001n, 3n],
    [100n, 24_999n, 2n],
    [999_999_999_999n, 20n * ONE_PERCENT, 200_000_000_000n],
    [10_000n, 1n, 0n],
    [1_500_000n, 1n, 2n],
    [500_000n, 1n, 0n],
  ];
  for (const [amount, value, reward] of table) {
    test(`of ${Number(value) / 10_000} % on ${amount} is ${reward}`, () => {
      assert.equal(computeReward(amount, someTerms({ value })), reward);
    });
  }

  test('is at most the amount, even at more than a hundred percent', () => {
    assert.equal(computeReward(100n, someTerms({ value: 150n * ONE_PERCENT })), 100n);
  });
});

describe('a fixed reward', () => {
  const table: [amount: bigint, value: bigint, reward: bigint][] = [
    [4990n, 500n, 500n],
    [500n, 500n, 500n],
    [499n, 500n, 499n],
    [1n, 500n, 1n],
  ];
  for (const [amount, value, reward] of table) {
    test(`of ${value} on ${amount} is ${reward}`, () => {
      assert.equal(computeReward(amount, someTerms({ type: 'fixed', value })), reward);
    });
  }
});

describe('a monthly cap', () => {
  const capped = someTerms({ monthlyCap: 1000n });

  test('cuts rewards in their order to what is left, down to zero', () => {
    const claims = [8_000n, 10_000n, 4_000n, 20_000n].map((amount) => aClaim({ amount, terms: capped }));

    const { rewards, usages } = grantRewards(claims, [aCapUsage()]);

    assertEqual(
      rewards.map(({ uncappedAmount, amount }) => [uncappedAmount, amount]),
      [
        [400n, 400n],
        [500n, 500n],
        [200n, 100n],
        [1_000n, 0n],
      ],
    );
    assertEqual(usages, [aCapUsage({ used: 1000n })]);
  });

  test('counts what was used before', () => {
    const { rewards, usages } = grantRewards([aClaim({ terms: capped })], [aCapUsage({ used: 900n })]);

    assert.equal(rewards[0]?.amount, 100n);
    assert.equal(rewards[0]?.uncappedAmount, 250n);
    assertEqual(usages, [aCapUsage({ used: 1000n })]);
  });

  test('is one for each user', () => {
    const claims = [aClaim({ amount: 30_000n, terms: capped }), aClaim({ userId: STRANGER, terms: capped })];

    const { rewards } = grantRewards(claims, [aCapUsage(), aCapUsage({ userId: STRANGER })]);

    assertEqual(
      rewards.map(({ amount }) => amount),
      [1000n, 250n],
    );
  });

  test('does not touch a reward without one', () => {
    const { rewards, usages } = grantRewards([aClaim({ amount: 1_000_000n })], []);

    assert.equal(rewards[0]?.amount, 50_000n);
    assert.equal(rewards[0]?.capMonth, null);
    assertEqual(usages, []);
  });

  test('that is not locked is a fault of the program, not a reward', () => {
    assert.throws(() => grantRewards([aClaim({ terms: capped })], []), /is not locked/);
  });

  test('has room until it is used up, and again when a reward gives its room back', () => {
    const cap = { userId: SHOPPER, capGroup: capped.capGroup, month: '2026-03-01' };
    const april = aCapUsage({ month: '2026-04-01', used: 300n });
    const caps = capBook([aCapUsage({ used: 900n }), april]);

    assert.equal(caps.room(cap), 100n);
    caps.use(cap, 100n);
    assert.equal(caps.room(cap), 0n);
    caps.use(cap, -250n);
    assert.equal(caps.room(cap), 250n);
    assertEqual(caps.touched(), [aCapUsage({ used: 750n })]);
  });

  test('of an offer without one has no room to count', () => {
    const caps = capBook([]);
    caps.use(null, 100n);
    assert.equal(caps.room(null), undefined);
    assertEqual(caps.touched(), []);
  });

  const months: [moment: string, month: string][] = [
    ['2026-02-28T23:59:59.999999Z', '2026-02-01'],
    ['2026-03-01T00:00:00Z', '2026-03-01'],
    ['2026-03-31T23:59:59.999999Z', '2026-03-01'],
    ['2026-04-01T00:00:00+02:00', '2026-03-01'],
    ['2026-03-31T23:30:00-01:00', '2026-04-01'],
    ['2024-02-29T12:00:00Z', '2024-02-01'],
    ['2025-12-31T23:59:59Z', '2025-12-01'],
    ['2026-01-01T00:00:00Z', '2026-01-01'],
  ];
  for (const [moment, month] of months) {
    test(`counts a purchase of ${moment} in the month of ${month}`, () => {
      const claim = aClaim({ terms: capped, purchasedAt: Temporal.Instant.from(moment) });

      assertEqual(capKeyOf(claim), { userId: SHOPPER, capGroup: capped.capGroup, month });
    });
  }
});
