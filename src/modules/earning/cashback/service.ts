import type { Clock } from '../../../core/clock.ts';
import type { Db, Trx } from '../../../core/database/index.ts';
import { distinctBy, partition } from '../../../core/lists.ts';
import type { CapClaim, CapKey, CapUsage, Reward } from './model.ts';
import { capKeyOf, capUsageKey, type Grant, largestCaps, rewardCapKey } from './policies.ts';
import type { CashbackRepository } from './repository.ts';

export type CashbackService = ReturnType<typeof cashbackService>;

export function cashbackService(deps: { clock: Clock; repository: CashbackRepository }) {
  const { clock, repository } = deps;

  /**
   * Locks the caps of the claims until the transaction ends. The caller must have locked the users' wallets: no other
   * transaction can then insert a usage, so a missing row means an unused cap. If a wallet did not exist yet, it could not
   * be locked, and `queueGrant` may lose a race.
   */
  async function lockCaps(trx: Trx, claims: readonly CapClaim[]): Promise<readonly CapUsage[]> {
    const unused = unusedCaps(claims);
    if (unused.length === 0) return [];
    const recorded = await repository.lockCapUsages(trx, unused);
    return largestCaps([...unused, ...recorded]);
  }

  /**
   * Writes rewards and the changed usages, which must be computed from the caps of `lockCaps`.
   * The transaction fails with an error of `isLostRace` if another one inserted a usage first.
   */
  function queueGrant(trx: Trx, { rewards, usages }: Grant): void {
    const [recorded, opened] = partition(usages, ({ isRecorded }) => isRecorded);
    repository.queueInsertRewards(trx, rewards, clock().toString());
    repository.queueInsertCapUsages(trx, opened);
    repository.queueUpdateCapUsages(trx, recorded);
  }

  /** Locks the caps that these rewards count against until the transaction ends. The caller has locked the wallets. */
  async function lockCapsOf(trx: Trx, rewards: readonly Reward[]): Promise<readonly CapUsage[]> {
    const caps = distinctBy(
      rewards.flatMap((reward) => withCurrency(rewardCapKey(reward), reward.currency)),
      capUsageKey,
    );
    return caps.length === 0 ? [] : repository.lockCapUsages(trx, caps);
  }

  /**
   * Writes the new states of rewards, each named once, and the usages that they leave of caps that the caller has locked.
   * The caller holds the locks of their purchases and has checked the transitions; the database checks them again.
   */
  function queueSettle(trx: Trx, settled: readonly Reward[], usages: readonly CapUsage[]): void {
    repository.queueUpdateStatuses(trx, settled);
    repository.queueUpdateCapUsages(trx, usages);
  }

  /** The rewards of these purchases, by purchase id. */
  async function findRewards(db: Db, purchaseIds: readonly string[]): Promise<ReadonlyMap<string, Reward>> {
    if (purchaseIds.length === 0) return new Map();
    const rewards = await repository.findByPurchases(db, purchaseIds);
    return new Map(rewards.map((reward) => [reward.purchaseId, reward]));
  }

  /** What a user has used of groups of caps in a month, by group. `month` is its first day. */
  async function findCapUses(
    db: Db,
    userId: string,
    month: string,
    groups: readonly Pick<CapUsage, 'capGroup' | 'currency'>[],
  ): Promise<ReadonlyMap<string, CapUsage>> {
    if (groups.length === 0) return new Map();
    const usages = await repository.findCapUsages(db, userId, month, groups);
    return new Map(usages.map((usage) => [usage.capGroup, usage]));
  }

  return {
    findCapUses,
    lockCaps,
    queueGrant,
    isLostRace: repository.isLostRace,
    lockCapsOf,
    queueSettle,
    findRewards,
  };
}

/** The caps of the claims, with a usage of zero. */
function unusedCaps(claims: readonly CapClaim[]): CapUsage[] {
  return largestCaps(
    claims.flatMap((claim) => {
      const key = capKeyOf(claim);
      const { monthlyCap, currency } = claim.terms;
      if (key === null || monthlyCap === null) return [];
      return [{ ...key, cap: monthlyCap, used: 0n, currency, isRecorded: false }];
    }),
  );
}

function withCurrency(key: CapKey | null, currency: string) {
  return key === null ? [] : [{ ...key, currency }];
}
