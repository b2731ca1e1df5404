import type { PartnerCaller } from '../../../core/caller.ts';
import { type Clock, utcDay } from '../../../core/clock.ts';
import { MAX_BATCH_ITEMS, type PurchaseClient } from '../../earning/purchases/index.ts';
import type { Partner, PartnerClient, PartnerKey } from '../../identity/partners/index.ts';

/** The purchases that a partner reported first, since a day (UTC). */
export type Usage = { readonly since: string; readonly purchases: number; readonly isEstimate: boolean };

export type PartnerAccount = {
  readonly partner: Partner;
  readonly key: PartnerKey;
  readonly limits: { readonly purchasesPerMinute: number; readonly itemsPerBatch: number };
  readonly usage: { readonly today: Usage; readonly thisMonth: Usage };
  /** The refused part of the reports in the last 24 hours, from 0 to 1. Null if there were none. */
  readonly refusedShare: number | null;
};

export type PartnerAccountService = ReturnType<typeof partnerAccountService>;

export function partnerAccountService(deps: {
  clock: Clock;
  partners: Pick<PartnerClient, 'getPartner' | 'getKey'>;
  purchases: Pick<PurchaseClient, 'countOfPartner'>;
  purchasesPerMinute: number;
  refusedShares: (partnerIds: readonly string[]) => Promise<ReadonlyMap<string, number>>;
}) {
  const { clock, partners, purchases, purchasesPerMinute, refusedShares } = deps;

  async function getAccount({ id, keyId }: Pick<PartnerCaller, 'id' | 'keyId'>): Promise<PartnerAccount> {
    const today = utcDay(clock());
    const [partner, key, ofToday, ofMonth, shareOf] = await Promise.all([
      partners.getPartner(id),
      partners.getKey(id, keyId),
      usageSince(id, today),
      usageSince(id, `${today.slice(0, 7)}-01`),
      refusedShares([id]),
    ]);
    const limits = { purchasesPerMinute, itemsPerBatch: MAX_BATCH_ITEMS };
    const usage = { today: ofToday, thisMonth: ofMonth };
    return { partner, key, limits, usage, refusedShare: shareOf.get(id) ?? null };
  }

  async function usageSince(partnerId: string, since: string): Promise<Usage> {
    const { total, totalIsEstimate = false } = await purchases.countOfPartner(partnerId, since);
    return { since, purchases: total, isEstimate: totalIsEstimate };
  }

  return { getAccount };
}
