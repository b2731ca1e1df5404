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
};

export type PartnerAccountService = ReturnType<typeof partnerAccountService>;

export function partnerAccountService(deps: {
  clock: Clock;
  partners: Pick<PartnerClient, 'getPartner' | 'getKey'>;
  purchases: Pick<PurchaseClient, 'countOfPartner'>;
  purchasesPerMinute: number;
}) {
  const { clock, partners, purchases, purchasesPerMinute } = deps;

  async function getAccount({ id, keyId }: Pick<PartnerCaller, 'id' | 'keyId'>): Promise<PartnerAccount> {
    const today = utcDay(clock());
    const [partner, key, ofToday, ofMonth] = await Promise.all([
      partners.getPartner(id),
      partners.getKey(id, keyId),
      usageSince(id, today),
      usageSince(id, `${today.slice(0, 7)}-01`),
    ]);
    const limits = { purchasesPerMinute, itemsPerBatch: MAX_BATCH_ITEMS };
    return { partner, key, limits, usage: { today: ofToday, thisMonth: ofMonth } };
  }

  async function usageSince(partnerId: string, since: string): Promise<Usage> {
    const { total, totalIsEstimate = false } = await purchases.countOfPartner(partnerId, since);
    return { since, purchases: total, isEstimate: totalIsEstimate };
  }

  return { getAccount };
}
