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

export type Grant = { readonly rewards: readonly Reward[]; readonly usages: readonly CapUsage[] };

/**
 * Computes the reward of each claim in order. A reward is limited to the rest of its cap, which may be zero. `locked`
 * must have the usage of every cap that a claim needs. The grant returns the changed usages.
 */
export function grantRewards(claims: readonly RewardClaim[], locked: readonly CapUsage[]): Grant {
  const usageOf = capUsageMap(locked);
  const usages = new Map<string, CapUsage>();
  const rewards = claims.map((claim): Reward => {
    const uncappedAmount = computeReward(claim.amount, claim.terms);
    const key = capKeyOf(claim);
    const amount = key === null ? uncappedAmount : takeFromCap(key, uncappedAmount);
    const { rewardId, purchaseId, userId, terms, currency } = claim;
    const capMonth = key?.month ?? null;
    return {
      id: rewardId,
      purchaseId,
      userId,
      terms,
      capMonth,
      uncappedAmount,
      amount,
      currency,
      status: 'pending',
    };
  });
  return { rewards, usages: [...usages.values()] };

  function takeFromCap(cap: CapKey, wanted: bigint): bigint {
    const key = capUsageKey(cap);
    const usage = usages.get(key) ?? usageOf.get(key);
    if (usage === undefined) throw new Error(`the cap of user ${cap.userId} is not locked`);
    const amount = minimum(wanted, usage.cap - usage.used);
    usages.set(key, { ...usage, used: usage.used + amount });
    return amount;
  }
}

/** Subtracts reversed rewards from the usages of their caps. */
export function releaseCaps(reversed: readonly Reward[], locked: readonly CapUsage[]): readonly CapUsage[] {
  const usages = capUsageMap(locked);
  for (const reward of reversed) {
    const cap = rewardCapKey(reward);
    if (cap === null) continue;
    const key = capUsageKey(cap);
    const usage = usages.get(key);
    if (usage !== undefined) usages.set(key, { ...usage, used: usage.used - reward.amount });
  }
  return [...usages.values()];
}

/** Returns the cap of a claim, which belongs to the calendar month (UTC) of the purchase. Null if there is no cap. */
export function capKeyOf(claim: CapClaim): CapKey | null {
  if (claim.terms.monthlyCap === null) return null;
  const month = `${utcDay(claim.purchasedAt).slice(0, -2)}01`;
  return { userId: claim.userId, offerId: claim.terms.offerId, month };
}

export function rewardCapKey(reward: Reward): CapKey | null {
  if (reward.capMonth === null) return null;
  return { userId: reward.userId, offerId: reward.terms.offerId, month: reward.capMonth };
}

/** The key of a cap in a `Map`. */
export function capUsageKey({ userId, offerId, month }: CapKey): string {
  return compositeKey(userId, offerId, month);
}

function capUsageMap(usages: readonly CapUsage[]): Map<string, CapUsage> {
  return new Map(usages.map((usage) => [capUsageKey(usage), usage]));
}
