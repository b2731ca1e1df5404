import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatMoney } from '../../src/core/money.ts';
import { computeReward } from '../../src/modules/earning/cashback/policies.ts';
import { explain } from '../../src/modules/insight/purchase-timeline/explanation.ts';
import { type RewardFacts, rewardSentences } from '../../web/src/features/rewards/index.ts';
import { partsOf, plain } from '../../web/src/lib/emphasis.ts';
import { formatMoney as shown } from '../../web/src/lib/money.ts';
import { aReward, NOW, ONE_PERCENT, someTerms } from '../support/purchases-builders.ts';

type Given = {
  readonly amount: bigint;
  /** In ten-thousandths of a percent, or minor units. */
  readonly value: bigint;
  readonly type?: 'percent' | 'fixed';
  readonly currency?: string;
  readonly monthlyCap?: bigint;
  /** What the cap left. */
  readonly left?: bigint;
};

/** The facts as the platform makes them of a purchase and its terms. */
function factsOf({
  amount,
  value,
  type = 'percent',
  currency = 'EUR',
  monthlyCap,
  left,
}: Given): RewardFacts {
  const terms = someTerms({ type, value, currency, monthlyCap: monthlyCap ?? null });
  const uncappedAmount = computeReward(amount, terms);
  const capMonth = monthlyCap === undefined ? null : '2026-03-01';
  const granted = left !== undefined && left < uncappedAmount ? left : uncappedAmount;
  const reward = aReward({ terms, uncappedAmount, amount: granted, currency, capMonth });
  const explanation = explain(
    {
      merchantName: 'Fresh Basket',
      originalAmount: amount,
      purchasedAt: NOW,
      reversedAt: null,
      reversalReason: null,
      isAwaitingRelease: false,
    },
    amount,
    reward,
  );
  const money = (minor: bigint) => formatMoney(minor, currency);
  return {
    purchase: {
      merchant_name: 'Fresh Basket',
      amount: money(amount),
      original_amount: money(amount),
      currency,
      purchased_at: NOW.toString(),
      reversed_at: null,
      reversal_reason: null,
    },
    reward: {
      type,
      value: type === 'percent' ? Number(value) / Number(ONE_PERCENT) : Number(money(value)),
      exact: explanation.exact,
      uncapped_amount: money(explanation.uncappedAmount),
      limited_by: explanation.limitedBy,
      monthly_cap: monthlyCap === undefined ? null : money(monthlyCap),
      cap_month: capMonth,
      amount: money(reward.amount),
      status: reward.status,
      reproduced: explanation.isReproduced,
      explanation: explanation.text,
    },
  };
}

const PERCENT_2_5 = (5n * ONE_PERCENT) / 2n;

const REWARDS: readonly (Given & { readonly name: string; readonly last: string })[] = [
  { name: 'exact', amount: 100_00n, value: PERCENT_2_5, last: '2.5 % of 100.00 € is 2.50 €.' },
  {
    name: 'rounded up',
    amount: 94_70n,
    value: PERCENT_2_5,
    last: '2.5 % of 94.70 € is 2.3675 €, rounded to the cent: 2.37 €.',
  },
  {
    name: 'tie to the even cent below',
    amount: 94_60n,
    value: PERCENT_2_5,
    last: '2.5 % of 94.60 € is 2.365 €. That lies exactly between two cents; ties go to the even one: 2.36 €.',
  },
  {
    name: 'tie to the even cent above',
    amount: 95_00n,
    value: PERCENT_2_5,
    last: '2.5 % of 95.00 € is 2.375 €. That lies exactly between two cents; ties go to the even one: 2.38 €.',
  },
  {
    name: 'zero',
    amount: 10n,
    value: PERCENT_2_5,
    last: 'A purchase this small earns nothing.',
  },
  { name: 'fixed', type: 'fixed', amount: 80_00n, value: 7_50n, last: 'Each purchase earns 7.50 €.' },
  {
    name: 'fixed above the purchase',
    type: 'fixed',
    amount: 4_00n,
    value: 7_50n,
    last: 'Never more than the purchase itself: 4.00 €.',
  },
  {
    name: 'below the cap',
    amount: 94_70n,
    value: PERCENT_2_5,
    monthlyCap: 20_00n,
    left: 20_00n,
    last: 'The limit of 20.00 € a month was not reached.',
  },
  {
    name: 'cut by the cap',
    amount: 94_70n,
    value: PERCENT_2_5,
    monthlyCap: 20_00n,
    left: 1_10n,
    last: 'The limit is 20.00 € a month. In March 2026, 1.10 € of it were left.',
  },
  {
    name: 'used up cap',
    amount: 94_70n,
    value: PERCENT_2_5,
    monthlyCap: 20_00n,
    left: 0n,
    last: 'The limit is 20.00 € a month. In March 2026, nothing of it was left.',
  },
  {
    name: 'yen',
    currency: 'JPY',
    amount: 1_050n,
    value: ONE_PERCENT,
    last: '1 % of 1,050 ¥ is 10.5 ¥. That lies exactly between two whole amounts; ties go to the even one: 10 ¥.',
  },
  {
    name: 'dinar',
    currency: 'KWD',
    amount: 12_345n,
    value: ONE_PERCENT,
    last: '1 % of 12.345 KWD is 0.12345 KWD, rounded to 3 decimals: 0.123 KWD.',
  },
];

for (const { name, last, ...given } of REWARDS)
  test(`explains a reward: ${name}`, () => {
    const facts = factsOf(given);
    const sentences = rewardSentences(facts, 'en', 'staff');
    assert.equal(spaced(plain(sentences.at(-1)?.text ?? '')), last);
    assert.equal(facts.reward.reproduced, true);
    const { amount } = facts.reward;
    if (/^0(\.0+)?$/.test(amount)) return assert.match(last, /nothing/);
    const expected = shown(amount, facts.purchase.currency, 'en');
    assert.equal(
      strongOf(sentences.map(({ text }) => text)).at(-1),
      expected,
      'the last figure is the reward',
    );
    const german = rewardSentences(facts, 'de', 'shopper').map(({ text }) => text);
    assert.equal(strongOf(german).at(-1), shown(amount, facts.purchase.currency, 'de'));
  });

const REVERSED: RewardFacts['purchase'] = {
  ...factsOf({ amount: 94_70n, value: PERCENT_2_5 }).purchase,
  reversed_at: '2026-03-20T10:00:00Z',
  reversal_reason: 'fraud',
};

test('says why a reward was taken back, and hides reasons of fraud from shoppers', () => {
  const { reward } = factsOf({ amount: 94_70n, value: PERCENT_2_5, monthlyCap: 20_00n, left: 20_00n });
  const facts = { purchase: REVERSED, reward };
  const staff = rewardSentences(facts, 'en', 'staff').map(({ text }) => spaced(plain(text)));
  assert.deepEqual(staff.slice(-2), [
    'It was 2.37 €. Taken back on 20 Mar 2026 because of fraud.',
    'The limit of the month has that room again.',
  ]);
  const shopper = rewardSentences(facts, 'en', 'shopper').map(({ text }) => spaced(plain(text)));
  assert.equal(shopper.at(-2), 'It was 2.37 €. Taken back on 20 Mar 2026. Ask us for the reason.');
});

test('explains changed purchases, returned ones, waiting rewards and faults of the books', () => {
  const { purchase, reward } = factsOf({ amount: 94_70n, value: PERCENT_2_5 });
  const changed = rewardSentences(
    { reward, purchase: { ...purchase, original_amount: '120.00' } },
    'en',
    'staff',
  );
  assert.equal(
    spaced(plain(changed[0]?.text ?? '')),
    'The purchase was reported with 120.00 € and is 94.70 € now.',
  );
  const returned = { ...purchase, original_amount: '120.00', amount: '0.00' };
  assert.equal(
    plain(rewardSentences({ reward, purchase: returned }, 'en', 'staff').at(-1)?.text ?? ''),
    'All of it was returned, so it earns nothing.',
  );
  const waiting = { ...purchase, awaiting_release: true };
  assert.match(rewardSentences({ reward, purchase: waiting }, 'en', 'staff').at(-1)?.text ?? '', /ceiling/);
  const broken = { ...reward, reproduced: false };
  assert.equal(rewardSentences({ reward: broken, purchase }, 'en', 'staff').at(-1)?.tone, 'fault');
  assert.equal(rewardSentences({ reward: broken, purchase }, 'en', 'shopper').at(-1)?.tone, undefined);
});

function strongOf(sentences: readonly string[]): string[] {
  return sentences
    .flatMap(partsOf)
    .filter(({ isStrong, text }) => isStrong && !text.includes('%'))
    .map(({ text }) => text);
}

/** With plain spaces, as they are written here. */
function spaced(text: string): string {
  return text.replaceAll('\u00a0', ' ');
}
