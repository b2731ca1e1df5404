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

/** Few amounts, so that many are equal, twice as high, or just not. */
const amounts = fc.constantFrom(1n, 2n, 49n, 50n, 99n, 100n, 101n, 200n, 201n);
const namespaces = fc.constantFrom('a', 'b', 'c', 'd');

const oneSource: fc.Arbitrary<Source> = fc.record({
  namespace: namespaces,
  kind: kinds,
  amount: amounts,
});

const reportedPurchases: fc.Arbitrary<ReportedPurchase> = fc
  .record({
    userId: fc.constantFrom(SHOPPER, STRANGER),
    currency: fc.constantFrom('EUR', 'EUR', 'USD'),
    amount: amounts,
    status: fc.constantFrom('pending', 'confirmed'),
    externalId: fc.constantFrom('1', '2', '3'),
    orderKey: fc.constantFrom('1001', '1002', null),
    sources: fc.uniqueArray(oneSource, {
      minLength: 1,
      maxLength: 3,
      selector: ({ namespace }) => namespace,
    }),
  })
  .map(({ sources, ...purchase }) => ({ purchase: aPurchase(purchase), sources }));

const isOneOf = (namespace: string, reported: ReportedPurchase) =>
  reported.sources.some((source) => source.namespace === namespace);

const isVouchedFor = ({ sources }: Pick<ReportedPurchase, 'sources'>) =>
  sources.some(({ kind }) => kind !== 'shopper');

/** A report is matched with the closest purchase that may be its order, and with none that its source has reported. */
export const matchIsTheClosest = fc.property(
  oneSource,
  fc.constantFrom(SHOPPER, STRANGER),
  fc.array(reportedPurchases, { maxLength: 5 }),
  (source, userId, reported) => {
    const report = { ...source, userId, currency: 'EUR' };

    const { purchase, reasons } = matchReport(report, reported);

    const ofOthers = reported.filter((one) => !isOneOf(source.namespace, one));
    const distances = ofOthers
      .filter((one) => one.purchase.userId === userId && one.purchase.currency === 'EUR')
      .map((one) => Number(one.purchase.originalAmount))
      .filter((amount) => Number(source.amount) <= 2 * amount && amount <= 2 * Number(source.amount))
      .map((amount) => Math.abs(amount - Number(source.amount)));
    if (distances.length > 0) {
      const found = Number(purchase?.originalAmount) - Number(source.amount);
      assert.equal(Math.abs(found), Math.min(...distances));
      assert.equal(purchase?.userId, userId);
      assert.ok(ofOthers.some((one) => one.purchase === purchase));
      assert.deepEqual(reasons, []);
      return;
    }
    assert.equal(purchase, undefined);
    const counts = (one: ReportedPurchase) => isVouchedFor(one) || source.kind === 'shopper';
    assert.deepEqual(
      reasons.map(({ rule }) => rule),
      [
        ...(ofOthers.some((one) => one.purchase.userId === userId) ? ['same_order'] : []),
        ...(ofOthers.some((one) => one.purchase.userId !== userId && counts(one))
          ? ['order_of_another_user']
          : []),
      ],
    );
  },
);

/** Of two purchases of one order by different sources, one is doubted before money leaves, and a better source's is not. */
export const oneOfTwoIsDoubted = fc.property(reportedPurchases, reportedPurchases, (one, other) => {
  fc.pre(!one.sources.some(({ namespace }) => isOneOf(namespace, other)));
  const sameOrder =
    one.purchase.orderKey !== null && one.purchase.orderKey === other.purchase.orderKey
      ? one.purchase.orderKey
      : undefined;
  const isSameUser = one.purchase.userId === other.purchase.userId;
  const isTwin =
    sameOrder !== undefined ||
    (isSameUser &&
      (one.purchase.externalId === other.purchase.externalId ||
        (one.purchase.originalAmount === other.purchase.originalAmount &&
          one.purchase.currency === other.purchase.currency)));

  const doubted = [doubtsOf(one, [other]), doubtsOf(other, [one])].map(({ length }) => length > 0);

  assert.equal(doubted.includes(true), isTwin);
  if (!isTwin) return;
  const isSettled = [one, other].some(({ purchase }) => purchase.status === 'confirmed');
  const isBetter = isVouchedFor(one) !== isVouchedFor(other);
  // Of equal sources the later purchase is doubted, or both where they are of two shoppers.
  if (isBetter && (!isSameUser || !isSettled))
    assert.deepEqual(doubted, [!isVouchedFor(one), !isVouchedFor(other)]);
  if (!isBetter && !isSameUser) assert.deepEqual(doubted, [true, true]);
  if (!isBetter && isSameUser && !isSettled) {
    const isLater = one.purchase.id > other.purchase.id;
    assert.deepEqual(doubted, [isLater, !isLater]);
  }
});
