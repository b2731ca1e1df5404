import assert from 'node:assert/strict';
import { dinero, halfEven, toSnapshot, transformScale } from 'dinero.js/bigint';
import { EUR, JPY, KWD } from 'dinero.js/bigint/currencies';
import fc from 'fast-check';
import {
  capBook,
  computeReward,
  grantRewards,
  rewardCapKey,
} from '../../src/modules/earning/cashback/policies.ts';
import { movesBetween, type Position, UNREWARDED } from '../../src/modules/earning/purchases/position.ts';
import { balancesAfter, NO_MONEY } from '../../src/modules/money/wallets/index.ts';
import { assertEqual } from './equality.ts';
import { aCapUsage, aClaim, aMovement, someTerms } from './purchases-builders.ts';

/* What holds for every reward, its position and every cap. The tests try some of each, `make torture` a hundred thousand. */

const CURRENCIES = [EUR, JPY, KWD];

/** Amounts of every size, with many near the ties of small percentages. */
const amounts = fc.oneof(
  fc.bigInt({ min: 1n, max: 10n ** 13n }),
  fc.bigInt({ min: 1n, max: 2_000n }),
  fc.bigInt({ min: 1n, max: 10n ** 8n }).map((tens) => tens * 10n),
);

/** Ten-thousandths of a percent, above 0 to 100 %, with many round ones. */
const percentages = fc.oneof(
  fc.bigInt({ min: 1n, max: 1_000_000n }),
  fc.bigInt({ min: 1n, max: 200n }).map((halves) => halves * 5_000n),
);

export const rewardIsThatOfDinero = fc.property(
  fc.constantFrom(...CURRENCIES),
  amounts,
  percentages,
  (currency, amount, value) => {
    const exact = dinero({ amount: amount * value, currency, scale: currency.exponent + 6n });
    const expected = toSnapshot(transformScale(exact, currency.exponent, halfEven)).amount;

    const reward = computeReward(amount, someTerms({ value, currency: currency.code }));

    assert.equal(reward, expected);
  },
);

export const rewardIsWithinHalfAMinorUnit = fc.property(amounts, percentages, (amount, value) => {
  const reward = computeReward(amount, someTerms({ value }));

  assert.ok(reward >= 0n && reward <= amount);
  const error = reward * 1_000_000n - amount * value;
  assert.ok(2n * (error < 0n ? -error : error) <= 1_000_000n);
});

export const rewardNeverFalls = fc.property(
  amounts,
  amounts,
  percentages,
  percentages,
  (amount, more, value, higher) => {
    const reward = computeReward(amount, someTerms({ value }));

    assert.ok(computeReward(amount + more, someTerms({ value })) >= reward);
    assert.ok(computeReward(amount, someTerms({ value: value + higher })) >= reward);
  },
);

export const capIsExact = fc.property(
  fc.bigInt({ min: 1n, max: 50_000n }),
  fc.array(fc.record({ amount: amounts, isReversed: fc.boolean() }), { maxLength: 30 }),
  (cap, purchases) => {
    const terms = someTerms({ monthlyCap: cap });
    const claims = purchases.map(({ amount }) => aClaim({ amount, terms }));

    const { rewards, usages } = grantRewards(claims, [aCapUsage({ cap })]);
    const reversed = rewards.filter((_, index) => purchases[index]?.isReversed);
    const caps = capBook(usages);
    for (const reward of reversed) caps.use(rewardCapKey(reward), -reward.amount);
    const released = caps.touched()[0] ?? usages[0];

    let left = cap;
    for (const { uncappedAmount, amount } of rewards) {
      assert.ok(amount === uncappedAmount ? amount <= left : amount === left && left < uncappedAmount);
      left -= amount;
    }
    assert.ok(left >= 0n);
    assert.equal(usages[0]?.used ?? 0n, cap - left);
    const kept = rewards.filter((reward) => !reversed.includes(reward));
    assert.equal(
      released?.used ?? 0n,
      kept.reduce((sum, { amount }) => sum + amount, 0n),
    );
  },
);

const rewards = fc.bigInt({ min: 0n, max: 10_000n });

const positions = fc
  .record({
    pending: fc.array(rewards, { minLength: 1, maxLength: 5 }),
    available: fc.array(rewards, { maxLength: 5 }),
    isReversed: fc.boolean(),
  })
  .map((parts): Position[] => [
    UNREWARDED,
    ...parts.pending.map((reward) => ({ reward, bucket: 'pending' }) as const),
    ...parts.available.map((reward) => ({ reward, bucket: 'available' }) as const),
    ...(parts.isReversed ? [UNREWARDED] : []),
  ]);

/** The moves leave exactly the reward of the last position in its bucket, whatever came between. */
export const positionIsReached = fc.property(positions, (path) => {
  let balances = NO_MONEY;
  for (const [index, after] of path.slice(1).entries()) {
    for (const move of movesBetween(path[index] ?? UNREWARDED, after))
      balances = balancesAfter(balances, aMovement(move));
  }
  const last = path.at(-1) ?? UNREWARDED;
  assertEqual(balances, {
    pending: last.bucket === 'pending' ? last.reward : 0n,
    available: last.bucket === 'available' ? last.reward : 0n,
    paid: 0n,
  });
});
