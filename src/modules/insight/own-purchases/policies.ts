import { coverageOf, dueDayOf } from '../purchase-timeline/index.ts';
import type {
  Confirmation,
  ConfirmationRule,
  Expectation,
  Forecast,
  PaidOut,
  PendingFacts,
  PendingGroup,
  Share,
} from './model.ts';

/*
 * When pending rewards become available, and which part of the others was paid. Pure.
 */

export const NOTHING_EXPECTED: Expectation = { expectedOn: null, isLate: false };

const NO_SHARE: Share = { amount: 0n, purchases: 0 };

/**
 * A day is promised only where the platform itself confirms. A purchase under review has none, like one that waits for its
 * shop, so that its shopper does not learn of the review.
 * @param today the present day (UTC).
 */
export function expectationOf(facts: PendingFacts, rule: ConfirmationRule, today: string): Expectation {
  const dueOn = dueDayOf(facts.recordedOn, rule.days);
  if (facts.isAwaitingRelease || dueOn < today) return { expectedOn: null, isLate: true };
  return { expectedOn: rule.isAutomatic && !facts.isBlocked ? dueOn : null, isLate: false };
}

/** Each group is in exactly one part. Days are in their order. */
export function forecastOf(
  groups: readonly PendingGroup[],
  currency: string,
  ruleOf: (merchantId: string) => ConfirmationRule,
  today: string,
): Forecast {
  const dated = new Map<string, Share>();
  let byShop = NO_SHARE;
  let late = NO_SHARE;
  for (const group of groups) {
    const { expectedOn, isLate } = expectationOf(group, ruleOf(group.merchantId), today);
    if (isLate) late = together(late, group);
    else if (expectedOn === null) byShop = together(byShop, group);
    else dated.set(expectedOn, together(dated.get(expectedOn) ?? NO_SHARE, group));
  }
  return {
    currency,
    dated: [...dated]
      .map(([on, share]) => ({ on, ...share }))
      .toSorted((one, other) => (one.on < other.on ? -1 : 1)),
    byShop,
    late,
    total: groups.reduce((sum, { amount }) => sum + amount, 0n),
  };
}

function together(one: Share, other: Share): Share {
  return { amount: one.amount + other.amount, purchases: one.purchases + other.purchases };
}

/** The part of an available reward that was paid out or is on its way. `payouts`: oldest first, of the same wallet. */
export function paidAmountOf(
  reward: bigint,
  confirmation: Confirmation,
  payouts: readonly PaidOut[],
): bigint {
  const after = payouts.filter(({ sequence }) => sequence > confirmation.sequence);
  const covered = coverageOf(reward, confirmation, after);
  return covered.reduce((sum, { coveredAmount }) => sum + coveredAmount, 0n);
}
