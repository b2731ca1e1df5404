import { utcDay } from '../../../core/clock.ts';
import { formatMoney, minimum, minorDigits } from '../../../core/money.ts';
import { formatTermsValue } from '../../catalogue/offers/index.ts';
import { computeReward, type Reward } from '../../earning/cashback/index.ts';
import type { Explanation, Facts } from './model.ts';

/*
 * Why a reward is what it is, computed from its terms and the present amount of its purchase. Pure.
 */

/** 100 %, in ten-thousandths of a percent: it has six decimals more than 1. */
const WHOLE = 1_000_000n;
const DECIMALS_OF_WHOLE = 6;

type Explained = Pick<
  Facts,
  'merchantName' | 'originalAmount' | 'purchasedAt' | 'reversedAt' | 'reversalReason' | 'isAwaitingRelease'
>;

/** @param amount the present amount of the purchase, in minor units. `reward` is the present one as it is stored. */
export function explain(purchase: Explained, amount: bigint, reward: Reward): Explanation {
  const { terms } = reward;
  const exact = terms.type === 'percent' ? amount * terms.value : terms.value * WHOLE;
  const uncappedAmount = computeReward(amount, terms);
  const isCut = reward.amount < uncappedAmount;
  const isWithinPurchase = exact <= amount * WHOLE;
  const computed =
    isCut && terms.monthlyCap !== null ? minimum(reward.amount, terms.monthlyCap) : uncappedAmount;
  return {
    exact: exactText(exact, reward.currency),
    uncappedAmount,
    limitedBy: isCut ? 'monthly_cap' : isWithinPurchase ? null : 'purchase_amount',
    amount: computed,
    status: reward.status,
    isReproduced: computed === reward.amount && uncappedAmount === reward.uncappedAmount,
    text: [
      ...amended(purchase, amount, reward.currency),
      ...(terms.type === 'percent'
        ? percentage(purchase, amount, exact, reward)
        : fixed(purchase, amount, reward)),
      ...cap(reward, uncappedAmount),
      ...outcome(purchase, reward),
    ].join(' '),
  };
}

function amended({ originalAmount }: Explained, amount: bigint, currency: string): string[] {
  if (amount === originalAmount) return [];
  return [
    `The purchase was recorded with ${money(originalAmount, currency)}, and is ${money(amount, currency)} now.`,
  ];
}

function percentage(
  { merchantName, purchasedAt }: Explained,
  amount: bigint,
  exact: bigint,
  { terms, currency }: Reward,
): string[] {
  const rate = `${trimmed(formatTermsValue(terms), 0)} %`;
  const product = `${rate} of ${money(amount, currency)} is ${exactText(exact, currency)} ${currency}`;
  const rounded = money(computeReward(amount, terms), currency);
  return [
    `${merchantName} gave ${rate} on ${utcDay(purchasedAt)}.`,
    exact % WHOLE === 0n
      ? `${product}.`
      : exact % WHOLE === WHOLE / 2n
        ? `${product}, exactly between two amounts. Ties go to the even one: ${rounded}.`
        : `${product}, rounded: ${rounded}.`,
  ];
}

function fixed(
  { merchantName, purchasedAt }: Explained,
  amount: bigint,
  { terms, currency }: Reward,
): string[] {
  const sentence = `${merchantName} gave ${money(terms.value, currency)} for each purchase on ${utcDay(purchasedAt)}.`;
  if (terms.value <= amount) return [sentence];
  return [sentence, `A reward is never more than the purchase itself: ${money(amount, currency)}.`];
}

function cap({ terms, capMonth, amount, currency }: Reward, uncappedAmount: bigint): string[] {
  if (terms.monthlyCap === null || capMonth === null) return [];
  const limit = `The limit is ${money(terms.monthlyCap, currency)} a month.`;
  if (amount >= uncappedAmount) return [limit, 'It was not reached.'];
  return [limit, `In ${capMonth.slice(0, 7)} it left ${money(amount, currency)} for this purchase.`];
}

function outcome({ reversedAt, reversalReason, isAwaitingRelease }: Explained, reward: Reward): string[] {
  const amount = money(reward.amount, reward.currency);
  if (reward.status === 'reversed' && reversedAt !== null)
    return [`The reward was ${amount}. It was taken back on ${utcDay(reversedAt)} (${reversalReason}).`];
  if (isAwaitingRelease)
    return [
      `The reward is ${amount}. It is still pending: a ceiling limits what becomes available on a day.`,
    ];
  return [`The reward is ${amount}.`];
}

function money(minor: bigint, currency: string): string {
  return `${formatMoney(minor, currency)} ${currency}`;
}

/** Of a value in millionths of a minor unit: all its digits, at least those of the currency. */
function exactText(exact: bigint, currency: string): string {
  const digits = minorDigits(currency);
  const decimals = digits + DECIMALS_OF_WHOLE;
  const text = exact.toString().padStart(decimals + 1, '0');
  return trimmed(`${text.slice(0, -decimals)}.${text.slice(-decimals)}`, digits);
}

/** Without the zeros at the end of its decimals, but with `least` of them. */
function trimmed(decimal: string, least: number): string {
  const [whole = '', decimals = ''] = decimal.split('.');
  const kept = decimals.replace(/0+$/, '').padEnd(least, '0');
  return kept === '' ? whole : `${whole}.${kept}`;
}
