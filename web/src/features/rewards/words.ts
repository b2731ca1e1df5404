import type { Answer } from '#app/client.ts';
import { strong } from '#lib/emphasis.ts';
import { createFormat, type Format } from '#lib/format.ts';
import { currencyOf, isZero, type Locale } from '#lib/money.ts';
import { de, en } from '#messages/rewards.ts';

type Explained = Answer<'/users/me/purchases/{id}', 'get'>;

export type RewardFacts = {
  readonly reward: Explained['reward'];
  readonly purchase: Omit<Explained['purchase'], 'id' | 'status' | 'created_at' | 'confirmed_at'> & {
    readonly awaiting_release?: boolean;
  };
};

/** Staff read what shoppers do not: reasons of fraud, ceilings, and faults of the books. */
export type Audience = 'shopper' | 'staff';

export type RewardSentence = {
  /** With marks of lib/emphasis. */
  readonly text: string;
  /** `quiet`: it changed nothing. `fault`: the books are wrong. */
  readonly tone?: 'quiet' | 'fault';
};

/** Currencies whose hundredth people call a cent. */
const WITH_CENTS = ['EUR', 'USD', 'CAD', 'AUD', 'NZD', 'SGD', 'HKD', 'ZAR'];

type Words = {
  readonly facts: RewardFacts;
  readonly t: typeof en;
  readonly format: Format;
  readonly money: (decimal: string) => string;
  /** A day in UTC, and says so where the local day is another one. */
  readonly day: (instant: string) => string;
  readonly digits: number;
  /** Marks the figure that is the reward, unless the limit of the month cuts it. */
  readonly mark: (amount: string) => string;
};

/** Why a reward is what it is, in sentences made of the server's facts. Nothing is computed here. */
export function rewardSentences(
  facts: RewardFacts,
  locale: Locale,
  audience: Audience,
): readonly RewardSentence[] {
  const { currency } = facts.purchase;
  const format = createFormat(locale);
  const t = { en, de }[locale];
  const words: Words = {
    facts,
    t,
    format,
    money: (decimal) => format.money(decimal, currency),
    day: (instant) => utcDay(instant, format, t),
    digits: currencyOf(currency, locale).digits,
    mark: (amount) => (facts.reward.limited_by === 'monthly_cap' ? amount : strong(amount)),
  };
  return [
    ...amended(words),
    ...(isZero(facts.purchase.amount) ? [{ text: t.allReturned }] : computed(words)),
    ...outcome(words, audience),
  ];
}

function amended({ facts: { purchase }, t, money }: Words): RewardSentence[] {
  if (purchase.amount === purchase.original_amount) return [];
  return [{ text: t.amended(money(purchase.original_amount), money(purchase.amount)) }];
}

function computed(words: Words): RewardSentence[] {
  const { reward } = words.facts;
  const isNothing = isZero(reward.uncapped_amount);
  return [
    ...(reward.type === 'percent' ? percentage(words) : fixed(words)),
    ...(isNothing ? [{ text: words.t.tooSmall }] : cap(words)),
  ];
}

function percentage(words: Words): RewardSentence[] {
  const { t, format, money, day, digits, mark } = words;
  const { purchase, reward } = words.facts;
  const rate = format.percent(reward.value);
  const product = money(reward.exact);
  const beyond = digitsBeyond(reward.exact, digits);
  const amount = money(purchase.amount);
  const rounded = mark(money(reward.uncapped_amount));
  const units = unitsOf(purchase.currency, digits, t);
  return [
    { text: t.gave(purchase.merchant_name, rate, day(purchase.purchased_at)) },
    {
      text:
        beyond === ''
          ? t.exactly(rate, amount, mark(product))
          : beyond === '5'
            ? t.tie(rate, amount, product, units.two, rounded)
            : t.rounded(rate, amount, product, units.one, rounded),
    },
  ];
}

function fixed({ facts: { purchase, reward }, t, money, day, mark }: Words): RewardSentence[] {
  const isAbove = money(reward.exact) !== money(reward.uncapped_amount);
  return [
    { text: t.gaveFixed(purchase.merchant_name, day(purchase.purchased_at)) },
    { text: t.earnsFixed(isAbove ? money(reward.exact) : mark(money(reward.exact))) },
    ...(isAbove ? [{ text: t.notAbovePurchase(mark(money(reward.uncapped_amount))) }] : []),
  ];
}

function cap({ facts: { reward }, t, format, money }: Words): RewardSentence[] {
  if (reward.monthly_cap === null || reward.cap_month === null) return [];
  const limit = money(reward.monthly_cap);
  if (reward.limited_by !== 'monthly_cap') return [{ text: t.capNotReached(limit), tone: 'quiet' }];
  const month = format.month(reward.cap_month);
  return [
    {
      text: isZero(reward.amount)
        ? t.capUsedUp(limit, month)
        : t.capReached(limit, month, money(reward.amount)),
    },
  ];
}

function outcome({ facts: { purchase, reward }, t, money, format }: Words, audience: Audience) {
  const sentences: RewardSentence[] = [];
  if (purchase.reversed_at !== null) {
    const because = audience === 'staff' ? t.because : t.becauseForShopper;
    const reason = (because as Readonly<Record<string, string>>)[purchase.reversal_reason ?? ''] ?? '';
    sentences.push({ text: t.takenBack(money(reward.amount), format.date(purchase.reversed_at), reason) });
    if (reward.monthly_cap !== null && !isZero(reward.amount)) sentences.push({ text: t.roomAgain });
  }
  if (audience === 'staff' && purchase.awaiting_release) sentences.push({ text: t.waitsForRoom });
  if (audience === 'staff' && !reward.reproduced) sentences.push({ text: t.notReproduced, tone: 'fault' });
  return sentences;
}

/** The digits after those of the currency's smallest unit. */
function digitsBeyond(decimal: string, digits: number): string {
  return (decimal.split('.')[1] ?? '').slice(digits).replace(/0+$/, '');
}

function unitsOf(currency: string, digits: number, t: typeof en) {
  if (WITH_CENTS.includes(currency)) return { one: t.cent, two: t.twoCents };
  if (digits === 0) return { one: t.wholeAmount, two: t.twoWholeAmounts };
  return { one: t.digits(digits), two: t.twoOfDigits(digits) };
}

function utcDay(instant: string, format: Format, t: typeof en): string {
  const day = format.date(new Date(instant).toISOString().slice(0, 10));
  return day === format.date(instant) ? day : t.utcDay(day);
}
