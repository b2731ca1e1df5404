import type { Trx } from '../../../core/database/index.ts';
import { distinct } from '../../../core/lists.ts';
import type { OfferClient } from '../../catalogue/offers/index.ts';
import type { CashbackClient } from '../cashback/index.ts';
import { present } from './amendments.ts';
import type { Purchase, RewardedPurchase, SettlementOfId } from './model.ts';
import { isCut } from './refill.ts';
import type { PurchaseRepository } from './repository.ts';
import type { RevisionRepository } from './revision-repository.ts';
import { keepsCap } from './steps.ts';

/** Another transaction has locked a sibling. It may wait for a wallet that this one has locked, so this one must not wait. */
export class SiblingIsLocked extends Error {}

/** The siblings of settled purchases, and the offers whose freed room tops them up. */
export type Siblings = {
  readonly rewarded: readonly RewardedPurchase[];
  readonly refilling: ReadonlySet<string>;
};

const NO_SIBLINGS: Siblings = { rewarded: [], refilling: new Set() };

/** Finds the purchases that share a cap with settled ones, and that freed room could top up. */
export function purchaseSiblings(deps: {
  repository: PurchaseRepository;
  revisions: RevisionRepository;
  offers: Pick<OfferClient, 'findRefilling'>;
  cashback: Pick<CashbackClient, 'findRewards'>;
}) {
  const { repository, revisions, offers, cashback } = deps;

  /**
   * Locks the siblings of `settled`. The caller has locked those and their wallets, so no sibling is added or changes its
   * reward until the transaction ends. Sends no query if no offer refills, as is usual.
   * @param awaited takes the ids of purchases that the caller must lock with `settled`, before the wallets, in its next try.
   * @throws SiblingIsLocked
   */
  async function lockSiblings(
    trx: Trx,
    settlements: readonly SettlementOfId[],
    settled: readonly RewardedPurchase[],
    awaited: Set<string>,
  ): Promise<Siblings> {
    const capped = settled.filter(({ reward }) => reward.capMonth !== null);
    if (capped.length === 0 || settlements.every(({ to }) => keepsCap(to))) return NO_SIBLINGS;
    const refilling = await offers.findRefilling(
      trx,
      distinct(capped.map(({ purchase }) => purchase.offerId)),
    );
    const refilled = capped.filter(({ purchase }) => refilling.has(purchase.offerId));
    if (refilled.length === 0) return NO_SIBLINGS;

    const known = new Set(settled.map(({ purchase }) => purchase.id));
    const live = await repository.findLive(trx, refilled.flatMap(capMonthOf));
    const cut = await selectCut(
      trx,
      live.filter(({ id }) => !known.has(id)),
    );
    const ids = cut.map(({ purchase }) => purchase.id);
    const locked = await repository.lockFree(trx, ids);
    if (locked.length < ids.length) {
      // All of the month, also those that are not cut now: meanwhile another settlement may let the cap cut them.
      for (const { id } of live) awaited.add(id);
      throw new SiblingIsLocked();
    }
    return { rewarded: cut, refilling };
  }

  async function selectCut(trx: Trx, live: readonly Purchase[]): Promise<RewardedPurchase[]> {
    const [rewardOf, revisionsOf] = await Promise.all([
      cashback.findRewards(
        trx,
        live.map(({ id }) => id),
      ),
      revisions.findOf(trx, live),
    ]);
    return live.flatMap((purchase) => {
      const reward = rewardOf.get(purchase.id);
      if (reward === undefined) return [];
      const sibling = present({ purchase, reward }, revisionsOf.get(purchase.id)?.at(-1));
      return isCut(sibling.reward) ? [sibling] : [];
    });
  }

  return lockSiblings;
}

function capMonthOf({ purchase: { userId, merchantId }, reward: { capMonth } }: RewardedPurchase) {
  return capMonth === null ? [] : [{ userId, merchantId, month: capMonth }];
}
