import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decidingSource, fold, rankOf, type Source } from '../../src/modules/earning/purchases/fold.ts';
import {
  doubtsOf,
  matchReport,
  type ReportedPurchase,
} from '../../src/modules/earning/purchases/matching.ts';
import { aPurchase, SHOPPER, STRANGER } from './purchases-builders.ts';

/* What holds for every order, whoever reports it. The tests try some, `make torture` a hundred thousand. */

const kinds = fc.constantFrom('shopper', 'partner', 'admin');

const sources = fc
  .array(fc.record({ kind: kinds, amount: fc.bigInt({ min: 1n, max: 20_000n }) }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((list) => list.map((source, index): Source => ({ ...source, namespace: `source ${index}` })));

export const amountIsThatOfTheDecidingSource = fc.property(sources, ([first, ...later]) => {
  if (first === undefined) return;
  const standing = later.reduce(fold, { amount: first.amount, sources: [first] });
  const best = Math.max(...[first, ...later].map(rankOf));
  const expected = [first, ...later].find((source) => rankOf(source) === best);
  assert.equal(decidingSource(standing.sources), expected);
  assert.equal(standing.amount, expected?.amount);
});

/** An order of one shopper: each source reports its parts, all with the same reference. */
const reports = fc
  .array(
    fc.record({
      who: fc.constantFrom('shopper', 'one partner', 'another partner', 'administrator'),
      amount: fc.bigInt({ min: 1n, max: 400n }),
      isOfStranger: fc.boolean(),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((list) =>
    list.map(({ who, amount, isOfStranger }) => {
      const kind = who === 'shopper' ? 'shopper' : who === 'administrator' ? 'admin' : 'partner';
      const userId = isOfStranger ? STRANGER : SHOPPER;
      const namespace = who === 'shopper' ? `shopper ${userId}` : who;
      return { namespace, kind, amount, userId, currency: 'EUR' } as const;
    }),
  );

/**
 * No source is counted twice in one purchase. A match is within a factor of two of the first report. A report that is
 * neither matched nor doubted is the first of its shopper, or one more part by the only source.
 */
export const orderIsRewardedOnce = fc.property(reports, (list) => {
  const known: ReportedPurchase[] = [];
  for (const report of list) {
    const { purchase, reasons } = matchReport(report, known);
    const index = known.findIndex((one) => one.purchase === purchase);
    const matched = known[index];
    if (matched !== undefined) {
      assert.equal(matched.purchase.userId, report.userId);
      assert.ok(matched.sources.every(({ namespace }) => namespace !== report.namespace));
      const [small, large] = [matched.purchase.originalAmount, report.amount].sort((a, b) => Number(a - b));
      assert.ok((large ?? 0n) <= 2n * (small ?? 0n));
      known[index] = { ...matched, sources: [...matched.sources, report] };
      continue;
    }
    const others = known.filter(
      (one) =>
        one.purchase.userId === report.userId &&
        one.sources.every(({ namespace }) => namespace !== report.namespace),
    );
    assert.equal(
      reasons.some(({ rule }) => rule === 'same_order'),
      others.length > 0,
    );
    known.push({
      purchase: aPurchase({ userId: report.userId, amount: report.amount, orderKey: '1001' }),
      sources: [report],
    });
  }
});

/**
 * Of two purchases of different sources that seem to be one, at least one is doubted before both are paid: whichever is
 * confirmed first, the other one is doubted then.
 */
export const ofTwinsOneIsDoubted = fc.property(
  kinds,
  kinds,
  fc.boolean(),
  fc.boolean(),
  (kindOfOne, kindOfOther, isOneFirst, isSameOrder) => {
    const order = isSameOrder ? { orderKey: '1001' } : {};
    const [one, other] = [
      { purchase: aPurchase(order), sources: [{ namespace: 'one', kind: kindOfOne, amount: 4990n }] },
      { purchase: aPurchase(order), sources: [{ namespace: 'other', kind: kindOfOther, amount: 4990n }] },
    ];
    const [first, second] = isOneFirst ? [one, other] : [other, one];
    const confirmed = { ...first, purchase: { ...first.purchase, status: 'confirmed' as const } };
    assert.ok(doubtsOf(first, [second]).length > 0 || doubtsOf(second, [confirmed]).length > 0);
  },
);
