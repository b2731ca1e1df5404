import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatMoney, minimum, minorDigits } from '../../../../src/core/money.ts';
import { amendReward, grantRewards } from '../../../../src/modules/earning/cashback/policies.ts';
import { explain } from '../../../../src/modules/insight/purchase-timeline/explanation.ts';
import {
  aCapUsage,
  aClaim,
  aReward,
  NOW,
  ONE_PERCENT,
  someTerms,
} from '../../../support/purchases-builders.ts';

const facts = {
  merchantName: 'Fresh Basket',
  originalAmount: 94_70n,
  purchasedAt: NOW,
  reversedAt: null,
  reversalReason: null,
  isAwaitingRelease: false,
} as const;

/** Half to even, of a decimal text, in minor units. Written apart from the code that it checks. */
function roundedHalfEven(text: string, digits: number): bigint {
  const [whole = '', decimals = ''] = text.split('.');
  const kept = BigInt(whole + decimals.slice(0, digits).padEnd(digits, '0'));
  const rest = decimals.slice(digits).padEnd(6, '0');
  const half = `5${'0'.repeat(rest.length - 1)}`;
  return rest > half || (rest === half && kept % 2n === 1n) ? kept + 1n : kept;
}

test('the explanation makes the stored reward of any purchase, with caps and after any amendments', () => {
  const seen = { cut: 0, ties: 0, fixed: 0, empty: 0 };
  const amounts = fc.bigInt({ min: 1n, max: 300_000n });
  fc.assert(
    fc.property(
      fc.constantFrom('EUR', 'JPY', 'KWD'),
      fc.constantFrom('percent' as const, 'fixed' as const),
      fc.oneof(
        fc.bigInt({ min: 1n, max: 100n * ONE_PERCENT }),
        fc.constantFrom(ONE_PERCENT / 2n, 5n * ONE_PERCENT),
      ),
      fc.option(fc.bigInt({ min: 1n, max: 5_000n })),
      fc.nat(100),
      amounts,
      fc.array(fc.record({ amount: fc.oneof(amounts, fc.constant(0n)), room: fc.nat(100) }), {
        maxLength: 5,
      }),
      (currency, type, value, monthlyCap, usedPercent, amount, amendments) => {
        const terms = someTerms({
          type,
          value: type === 'fixed' ? value % 5_000n || 1n : value,
          currency,
          monthlyCap,
        });
        const claim = aClaim({ amount, currency, terms });
        const used = ((monthlyCap ?? 0n) * BigInt(usedPercent)) / 100n;
        const usages =
          monthlyCap === null ? [] : [aCapUsage({ userId: claim.userId, cap: monthlyCap, used, currency })];
        const [first] = grantRewards([claim], usages).rewards;
        let reward = first ?? aReward();
        const steps = [{ amount, reward }];
        for (const amendment of amendments) {
          const room =
            monthlyCap === null ? undefined : ((monthlyCap - reward.amount) * BigInt(amendment.room)) / 100n;
          reward = amendReward(reward, amendment.amount, room !== undefined && room < 0n ? 0n : room);
          steps.push({ amount: amendment.amount, reward });
        }
        for (const step of steps) {
          const explained = explain({ ...facts, originalAmount: amount }, step.amount, step.reward);
          assert.equal(explained.isReproduced, true, explained.text);
          assert.equal(explained.amount, step.reward.amount);
          assert.equal(explained.uncappedAmount, step.reward.uncappedAmount);
          const digits = minorDigits(currency);
          assert.equal(
            minimum(roundedHalfEven(explained.exact, digits), step.amount),
            explained.uncappedAmount,
          );
          const isCut = step.reward.amount < step.reward.uncappedAmount;
          assert.equal(explained.limitedBy === 'monthly_cap', isCut);
          const money = `${formatMoney(step.reward.amount, currency)} ${currency}`;
          assert.ok(explained.text.endsWith(`The reward is ${money}.`), explained.text);
          if (isCut) assert.ok(explained.text.includes(`left ${money} for this purchase`), explained.text);
          seen.cut += Number(isCut);
          seen.ties += Number(explained.text.includes('Ties'));
          seen.fixed += Number(type === 'fixed');
          seen.empty += Number(step.reward.amount === 0n);
        }
      },
    ),
    { numRuns: 500 },
  );
  assert.ok(
    Object.values(seen).every((count) => count > 0),
    JSON.stringify(seen),
  );
});

describe('a reward is explained in sentences', () => {
  const percent = someTerms({ value: (5n * ONE_PERCENT) / 2n });
  const of = (amount: bigint, fields: Parameters<typeof aReward>[0], more: object = {}) =>
    explain({ ...facts, ...more }, amount, aReward({ terms: percent, capMonth: null, ...fields }));

  test('rounded', () => {
    const explained = of(94_70n, { uncappedAmount: 2_37n, amount: 2_37n });
    assert.deepEqual(explained, {
      exact: '2.3675',
      uncappedAmount: 2_37n,
      limitedBy: null,
      amount: 2_37n,
      status: 'pending',
      isReproduced: true,
      text: 'Fresh Basket gave 2.5 % on 2026-03-14. 2.5 % of 94.70 EUR is 2.3675 EUR, rounded: 2.37 EUR. The reward is 2.37 EUR.',
    });
  });

  test('a tie, after an amendment', () => {
    const { text } = of(94_60n, { uncappedAmount: 2_36n, amount: 2_36n });
    assert.match(text, /^The purchase was recorded with 94.70 EUR, and is 94.60 EUR now\. /);
    assert.match(text, /is 2\.365 EUR, exactly between two amounts\. Ties go to the even one: 2\.36 EUR\./);
  });

  test('cut to what the cap left, which may be nothing', () => {
    const terms = someTerms({ value: 10n * ONE_PERCENT, monthlyCap: 20_00n });
    const cut = { terms, capMonth: '2026-03-01', uncappedAmount: 9_47n };
    const explained = of(94_70n, { ...cut, amount: 1_10n });
    assert.equal(explained.limitedBy, 'monthly_cap');
    assert.match(
      explained.text,
      /The limit is 20\.00 EUR a month\. In 2026-03 it left 1\.10 EUR for this purchase\./,
    );
    assert.match(of(94_70n, { ...cut, amount: 0n }).text, /it left 0\.00 EUR .* The reward is 0\.00 EUR\.$/);
    assert.match(
      of(94_70n, { ...cut, amount: 9_47n }).text,
      /9\.47 EUR\. The limit is 20\.00 EUR a month\. It was not/,
    );
  });

  test('a fixed one, above the amount', () => {
    const terms = someTerms({ type: 'fixed', value: 7_50n });
    const explained = of(4_00n, { terms, uncappedAmount: 4_00n, amount: 4_00n }, { originalAmount: 4_00n });
    assert.deepEqual([explained.exact, explained.limitedBy], ['7.50', 'purchase_amount']);
    assert.match(
      explained.text,
      /7\.50 EUR for each purchase .*never more than the purchase itself: 4\.00 EUR\./,
    );
  });

  test('taken back, or waiting for its release', () => {
    const amount = { uncappedAmount: 2_37n, amount: 2_37n };
    const reversed = { reversedAt: NOW.add({ hours: 24 }), reversalReason: 'returned' };
    assert.match(
      of(94_70n, { ...amount, status: 'reversed' }, reversed).text,
      /The reward was 2\.37 EUR\. It was taken back on 2026-03-15 \(returned\)\.$/,
    );
    assert.match(of(94_70n, amount, { isAwaitingRelease: true }).text, /still pending: a ceiling limits/);
  });

  test('with a mark if it is not what its terms make', () => {
    assert.equal(of(94_70n, { uncappedAmount: 2_38n, amount: 2_38n }).isReproduced, false);
    assert.equal(of(94_70n, { uncappedAmount: 2_37n, amount: 2_00n }).isReproduced, false);
    assert.equal(of(94_70n, { uncappedAmount: 2_36n, amount: 2_37n }).isReproduced, false);
  });
});
