import { formatMoney } from '../../../core/money.ts';
import type { Reason } from '../fraud/index.ts';
import { decidingSource, rankOf, type Source } from './fold.ts';
import type { Purchase } from './model.ts';

/*
 * One order, reported by several sources. Pure: decides by the report and by the purchases that are known of its order.
 */

/** A purchase with all sources that have reported it. */
export type ReportedPurchase = { readonly purchase: Purchase; readonly sources: readonly Source[] };

/** A report that names its order. */
export type OrderReport = Source & Pick<Purchase, 'userId' | 'currency'>;

/** The purchase that a report is about, or why the report needs a review as a purchase of its own. */
export type Match = { readonly purchase: Purchase | undefined; readonly reasons: readonly Reason[] };

const DAY_HOURS = 24;

/** @param reported the purchases of the same merchant and order that are not reversed. */
export function matchReport(report: OrderReport, reported: readonly ReportedPurchase[]): Match {
  const others = reported.filter(({ sources }) => !isReportedBy(report.namespace, sources));
  const [own, ofStrangers] = [
    others.filter(({ purchase }) => purchase.userId === report.userId),
    others.filter(({ purchase }) => purchase.userId !== report.userId),
  ];
  const [closest] = own
    .filter(({ purchase }) => purchase.currency === report.currency)
    .filter(({ purchase }) => isWithinFactorOfTwo(purchase.originalAmount, report.amount))
    .toSorted((one, other) => distance(one, report) - distance(other, report));
  if (closest !== undefined) return { purchase: closest.purchase, reasons: [] };
  const claimed = ofStrangers.filter(({ sources }) => rankOf(report) <= rankOfAll(sources));
  return {
    purchase: undefined,
    reasons: [
      ...reasonOf('same_order', own[0]?.purchase),
      ...reasonOf('order_of_another_user', claimed[0]?.purchase),
    ],
  };
}

/**
 * Why a purchase may be one that another source has reported, so that money must wait for a review. The source that
 * counts less is doubted; of equals the later one, or the one that is left when the other one was confirmed.
 */
export function doubtsOf(reported: ReportedPurchase, twins: readonly ReportedPurchase[]): readonly Reason[] {
  const others = twins.filter(
    ({ sources }) => !sources.some(({ namespace }) => isReportedBy(namespace, reported.sources)),
  );
  const own = others.filter(
    (twin) => twin.purchase.userId === reported.purchase.userId && isDoubtedBeside(reported, twin),
  );
  const ofStrangers = others.filter(
    ({ purchase, sources }) =>
      purchase.userId !== reported.purchase.userId && rankOfAll(reported.sources) <= rankOfAll(sources),
  );
  const first = (list: readonly ReportedPurchase[], isOne: (twin: Purchase, of: Purchase) => boolean) =>
    list.find(({ purchase }) => isOne(purchase, reported.purchase))?.purchase;
  return [
    ...reasonOf('same_order', first(own, isSameOrder)),
    ...reasonOf('similar_order', first(own, isSimilar)),
    ...reasonOf('order_of_another_user', first(ofStrangers, hasOrderOf)),
  ];
}

function isDoubtedBeside(reported: ReportedPurchase, twin: ReportedPurchase): boolean {
  const rank = rankOfAll(reported.sources) - rankOfAll(twin.sources);
  return (
    rank < 0 ||
    twin.purchase.status === 'confirmed' ||
    (rank === 0 && reported.purchase.id > twin.purchase.id)
  );
}

function isSameOrder(one: Purchase, other: Purchase): boolean {
  return hasOrderOf(one, other) || one.externalId === other.externalId;
}

function hasOrderOf(one: Purchase, other: Purchase): boolean {
  return one.orderKey !== null && one.orderKey === other.orderKey;
}

/** The same amount within a day. */
function isSimilar(one: Purchase, other: Purchase): boolean {
  return (
    !isSameOrder(one, other) &&
    one.originalAmount === other.originalAmount &&
    one.currency === other.currency &&
    Math.abs(one.purchasedAt.until(other.purchasedAt).total('hours')) <= DAY_HOURS
  );
}

function isReportedBy(namespace: string, sources: readonly Source[]): boolean {
  return sources.some((source) => source.namespace === namespace);
}

function rankOfAll(sources: readonly Source[]): number {
  const deciding = decidingSource(sources);
  return deciding === undefined ? 0 : rankOf(deciding);
}

function isWithinFactorOfTwo(one: bigint, other: bigint): boolean {
  return one <= 2n * other && other <= 2n * one;
}

function distance({ purchase }: ReportedPurchase, { amount }: OrderReport): number {
  return Math.abs(Number(purchase.originalAmount - amount));
}

/** The evidence is the other purchase. */
export function reasonOf(
  rule: 'same_order' | 'similar_order' | 'order_of_another_user',
  other: Purchase | undefined,
): Reason[] {
  if (other === undefined) return [];
  const { id, originalAmount, currency } = other;
  return [{ rule, evidence: { purchase_id: id, amount: formatMoney(originalAmount, currency), currency } }];
}
