import { utcDay } from '../../../core/clock.ts';
import { compositeKey } from '../../../core/composite-key.ts';
import { divideHalfEven, minimum } from '../../../core/money.ts';
import type { OfferTerms } from '../../catalogue/offers/index.ts';
import type { CapClaim, CapKey, CapUsage, Reward, RewardClaim } from './model.ts';

/** 100 %, in ten-thousandths of a percent. */
const WHOLE = 1_000_000n;

/** Computes the reward of an amount before any cap. Rounds once, half-even. A reward never exceeds the amount. */
export function computeReward(amount: bigint, terms: OfferTerms): bigint {
  const reward = terms.type === 'percent' ? divideHalfEven(amount * terms.value, WHOLE) : terms.value;
  return minimum(reward, amount);
}

/** The most that an amount can earn under these terms. */
export function largestReward(amount: bigint, terms: OfferTerms): bigint {
  const reward = computeReward(amount, terms);
  return terms.monthlyCap === null ? reward : minimum(reward, terms.monthlyCap);
}

export type Grant = { readonly rewards: readonly Reward[]; readonly usages: readonly CapUsage[] };

/**
 * Rewards each claim in order, cutting it to what the locked usages leave of the cap, down to zero. The usages of the
 * grant are those that the claims count against. Each claim has the id of its reward.
 */
export function grantRewards(claims: readonly RewardClaim[], locked: readonly CapUsage[]): Grant {
  const caps = capBook(locked);
  const rewards = claims.map((claim): Reward => {
    const { rewardId: id, purchaseId, userId, terms, currency } = claim;
    const uncappedAmount = computeReward(claim.amount, terms);
    const key = capKeyOf(claim);
    const amount = minimum(uncappedAmount, caps.room(key) ?? uncappedAmount);
    caps.use(key, amount);
    const capMonth = key?.month ?? null;
    return { id, purchaseId, userId, terms, capMonth, uncappedAmount, amount, currency, status: 'pending' };
  });
  return { rewards, usages: caps.touched() };
}

/**
 * The reward for another amount of its purchase, by the terms of its recording. A lower one keeps at most what it has, a
 * higher one takes at most `room` more, what its cap has left; undefined without a cap. A larger successor of its offer may
 * have raised the cap, but the reward stays within that of its own terms.
 */
export function amendReward(reward: Reward, amount: bigint, room: bigint | undefined): Reward {
  const uncappedAmount = computeReward(amount, reward.terms);
  if (room === undefined) return { ...reward, uncappedAmount, amount: uncappedAmount };
  const most = uncappedAmount > reward.uncappedAmount ? reward.amount + room : reward.amount;
  return { ...reward, uncappedAmount, amount: minimum(largestReward(amount, reward.terms), most) };
}

/** What a reward uses of its cap: a reversed one has given its room back. */
export function capUseOf({ status, amount }: Reward): bigint {
  return status === 'reversed' ? 0n : amount;
}

/** The locked caps, and what is left in them as a list of decisions uses them. A key of null is no cap. */
export function capBook(locked: readonly CapUsage[]) {
  const usages = new Map(locked.map((usage) => [capUsageKey(usage), usage]));
  const touched = new Set<string>();

  function usageOf(cap: CapKey): CapUsage {
    const usage = usages.get(capUsageKey(cap));
    if (usage === undefined) throw new Error(`the cap of user ${cap.userId} is not locked`);
    return usage;
  }

  function room(cap: CapKey | null): bigint | undefined {
    if (cap === null) return undefined;
    const usage = usageOf(cap);
    return usage.cap - usage.used;
  }

  /** A negative amount gives room back. */
  function use(cap: CapKey | null, amount: bigint): void {
    if (cap === null) return;
    const usage = usageOf(cap);
    const key = capUsageKey(cap);
    usages.set(key, { ...usage, used: usage.used + amount });
    touched.add(key);
  }

  return {
    room,
    use,
    touched: () => [...usages.values()].filter((usage) => touched.has(capUsageKey(usage))),
  };
}

/** Returns the cap of a claim, which belongs to the calendar month (UTC) of the purchase. Null if there is no cap. */
export function capKeyOf(claim: CapClaim): CapKey | null {
  if (claim.terms.monthlyCap === null) return null;
  const month = `${utcDay(claim.purchasedAt).slice(0, -2)}01`;
  return { userId: claim.userId, capGroup: claim.terms.capGroup, month };
}

export function rewardCapKey(reward: Reward): CapKey | null {
  if (reward.capMonth === null) return null;
  return { userId: reward.userId, capGroup: reward.terms.capGroup, month: reward.capMonth };
}

/** The cap of a reward as the key of a `Map` or `Set`. Null without a cap. */
export function capTextOf(reward: Reward): string | null {
  const key = rewardCapKey(reward);
  return key === null ? null : capUsageKey(key);
}

/** One usage for each key, with the largest of its caps: a larger successor raises the cap that it continues. */
export function largestCaps(usages: readonly CapUsage[]): CapUsage[] {
  const caps = new Map<string, CapUsage>();
  for (const usage of usages) {
    const key = capUsageKey(usage);
    const cap = caps.get(key)?.cap ?? 0n;
    caps.set(key, cap > usage.cap ? { ...usage, cap } : usage);
  }
  return [...caps.values()];
}

/** The key of a cap in a `Map`. */
export function capUsageKey({ userId, capGroup, month }: CapKey): string {
  return compositeKey(userId, capGroup, month);
}
