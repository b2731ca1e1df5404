import type { Clock } from '../../core/clock.ts';
import type { Db, Trx } from '../../core/database.ts';
import type { CapKey, CapUsage, CashbackStatus, Reward, RewardClaim } from './model.ts';
import { capKeyOf, capKeyText, grantRewards, releaseCaps, rewardCapKey } from './policies.ts';
import type { CashbackRepository } from './repository.ts';

export type CashbackService = ReturnType<typeof cashbackService>;

export function cashbackService(deps: { clock: Clock; repository: CashbackRepository }) {
  const { clock, repository } = deps;

  /**
   * Computes and records the reward of each purchase, in order. Locks the caps that they count against until the
   * transaction ends, so that concurrent purchases of one user never exceed one.
   */
  async function rewardPurchases(trx: Trx, claims: readonly RewardClaim[]): Promise<readonly Reward[]> {
    if (claims.length === 0) return [];
    const locked = await lockCaps(trx, unusedCaps(claims));
    const { rewards, usages } = grantRewards(claims, locked);
    await repository.insertRewards(trx, rewards, clock());
    if (usages.length > 0) await repository.updateCapUsages(trx, usages);
    return rewards;
  }

  async function lockCaps(trx: Trx, caps: readonly CapUsage[]): Promise<readonly CapUsage[]> {
    if (caps.length === 0) return [];
    const usages = await repository.lockCapUsages(trx, caps);
    if (usages.length === caps.length) return usages;
    // The first purchase of a user in a month under an offer.
    await repository.openCapUsages(trx, caps);
    return repository.lockCapUsages(trx, caps);
  }

  /**
   * Moves the rewards of purchases to `available` or `reversed`; a reversed one gives its room in the cap back.
   * Each purchase is named once; the caller holds their locks and has checked the transitions, and the database
   * checks them again.
   */
  async function settleRewards(
    trx: Trx,
    settlements: readonly { readonly reward: Reward; readonly to: CashbackStatus }[],
  ): Promise<void> {
    if (settlements.length === 0) return;
    await repository.updateStatuses(trx, settlements);

    const reversed = settlements
      .filter(({ reward, to }) => to === 'reversed' && reward.amount > 0n)
      .map(({ reward }) => reward);
    const caps = distinctCaps(
      reversed.flatMap((reward) => withCurrency(rewardCapKey(reward), reward.currency)),
    );
    if (caps.length > 0) {
      const locked = await repository.lockCapUsages(trx, caps);
      await repository.updateCapUsages(trx, releaseCaps(reversed, locked));
    }
  }

  /** The rewards of these purchases, by purchase id. */
  async function findRewards(db: Db, purchaseIds: readonly string[]): Promise<ReadonlyMap<string, Reward>> {
    if (purchaseIds.length === 0) return new Map();
    const rewards = await repository.findByPurchases(db, purchaseIds);
    return new Map(rewards.map((reward) => [reward.purchaseId, reward]));
  }

  return { rewardPurchases, settleRewards, findRewards };
}

/** The caps that claims count against, as they are before the first purchase. */
function unusedCaps(claims: readonly RewardClaim[]): CapUsage[] {
  return distinctCaps(
    claims.flatMap((claim) => {
      const key = capKeyOf(claim);
      const { monthlyCap, currency } = claim.terms;
      return key === null || monthlyCap === null ? [] : [{ ...key, cap: monthlyCap, used: 0n, currency }];
    }),
  );
}

function withCurrency(key: CapKey | null, currency: string) {
  return key === null ? [] : [{ ...key, currency }];
}

function distinctCaps<Key extends CapKey>(keys: readonly Key[]): Key[] {
  return [...new Map(keys.map((key) => [capKeyText(key), key])).values()];
}
