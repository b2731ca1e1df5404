import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dinero, halfEven, toSnapshot, transformScale } from 'dinero.js/bigint';
import { EUR, JPY, KWD } from 'dinero.js/bigint/currencies';
import fc from 'fast-check';
import { computeReward, grantRewards, releaseCaps } from '../../src/modules/cashback/policies.ts';
import { aCapUsage, aClaim, someTerms } from '../support/purchases-builders.ts';

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

describe('the reward of a percentage', () => {
  test('is the one that dinero.js computes and rounds half-even, in currencies of 0, 2 and 3 digits', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CURRENCIES), amounts, percentages, (currency, amount, value) => {
        const exact = dinero({ amount: amount * value, currency, scale: currency.exponent + 6n });
        const expected = toSnapshot(transformScale(exact, currency.exponent, halfEven)).amount;

        const reward = computeReward(amount, someTerms({ value, currency: currency.code }));

        assert.equal(reward, expected);
      }),
      { numRuns: 20_000 },
    );
  });

  test('is never negative, never more than the amount, and at most half a minor unit off', () => {
    fc.assert(
      fc.property(amounts, percentages, (amount, value) => {
        const reward = computeReward(amount, someTerms({ value }));

        assert.ok(reward >= 0n && reward <= amount);
        const error = reward * 1_000_000n - amount * value;
        assert.ok(2n * (error < 0n ? -error : error) <= 1_000_000n);
      }),
      { numRuns: 10_000 },
    );
  });

  test('never falls when the amount or the percentage rises', () => {
    fc.assert(
      fc.property(amounts, amounts, percentages, percentages, (amount, more, value, higher) => {
        const reward = computeReward(amount, someTerms({ value }));

        assert.ok(computeReward(amount + more, someTerms({ value })) >= reward);
        assert.ok(computeReward(amount, someTerms({ value: value + higher })) >= reward);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('a cap', () => {
  test('is never exceeded, used up before anything is cut, and given back to the cent', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 50_000n }),
        fc.array(fc.record({ amount: amounts, isReversed: fc.boolean() }), { maxLength: 30 }),
        (cap, purchases) => {
          const terms = someTerms({ monthlyCap: cap });
          const claims = purchases.map(({ amount }) => aClaim({ amount, terms }));

          const { rewards, usages } = grantRewards(claims, [aCapUsage({ cap })]);
          const reversed = rewards.filter((_, index) => purchases[index]?.isReversed);
          const [released] = releaseCaps(reversed, usages);

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
      ),
      { numRuns: 2_000 },
    );
  });
});
