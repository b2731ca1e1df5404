import type { Database, Db } from '../../../core/database/index.ts';
import { COUNTED_ROWS, type PageOf, type PageRequest } from '../../../core/page.ts';
import type { MerchantClient } from '../../catalogue/merchants/index.ts';
import { withPresentAmount } from './amendments.ts';
import type { purchaseChanges } from './changes.ts';
import { namespaceOfShop, type PartnerFilter, type Purchase, type Reporter } from './model.ts';
import type { PurchaseRepository } from './repository.ts';
import type { RevisionRepository } from './revision-repository.ts';
import type { WitnessRepository } from './witness-repository.ts';

/** A partner that reads. `id` is never null. */
type ReadingPartner = Reporter & { readonly id: string };

/** Lists the purchases that a partner has reported, first or after another source, each as the partner named it. */
export function partnerReading(deps: {
  database: Database;
  repository: Pick<PurchaseRepository, 'list'>;
  revisions: Pick<RevisionRepository, 'findOf'>;
  witnesses: Pick<WitnessRepository, 'listWitnessed' | 'countWitnessed'>;
  merchants: Pick<MerchantClient, 'findMerchantIds'>;
  findReportedBy: (db: Db, partnerId: string, ids: readonly string[]) => Promise<readonly Purchase[]>;
  listChanged: ReturnType<typeof purchaseChanges>['listChanged'];
}) {
  const { database, repository, revisions, witnesses, merchants, findReportedBy, listChanged } = deps;

  /** Newest first. The first rows of both lists are merged, so a page costs what an offset skips. */
  async function listOfPartner(
    partner: ReadingPartner,
    filter: PartnerFilter,
    page: PageRequest,
  ): Promise<PageOf<Purchase>> {
    const { externalIds: firstExternalIds, ...rest } = filter;
    const ahead = { ...page, offset: 0, limit: page.offset + page.limit };
    const namespaces = await namespacesOf(partner);
    const [own, witnessed, witnessedTotal] = await Promise.all([
      repository.list(database.db, { ...rest, partnerIds: [partner.id], firstExternalIds }, ahead),
      witnesses.listWitnessed(database.db, namespaces, filter, { ...ahead, limit: ahead.limit + 1 }),
      witnesses.countWitnessed(database.db, namespaces, filter, COUNTED_ROWS + 1),
    ]);
    const merged = [...own.items, ...witnessed].toSorted((one, other) => (one.id < other.id ? 1 : -1));
    const items = merged.slice(page.offset, ahead.limit);
    const hasMore = own.nextKey !== null || merged.length > ahead.limit;
    const isEstimate = own.totalIsEstimate === true || witnessedTotal > COUNTED_ROWS;
    return {
      items: await asNow(items, partner.id),
      total: own.total + witnessedTotal,
      ...(isEstimate && { totalIsEstimate: true }),
      nextKey: hasMore ? (items.at(-1)?.id ?? null) : null,
    };
  }

  async function namespacesOf({ id, externalIdScope }: ReadingPartner): Promise<readonly string[]> {
    if (externalIdScope !== 'merchant') return [id];
    const merchantIds = await merchants.findMerchantIds(database.db);
    return [id, ...merchantIds.map((merchantId) => namespaceOfShop(id, merchantId))];
  }

  /** With the present amounts, and without the names of other partners. */
  async function asNow(purchases: readonly Purchase[], partnerId: string): Promise<Purchase[]> {
    const revisionsOf = await revisions.findOf(database.db, purchases);
    return purchases.map((purchase) => ({
      ...withPresentAmount(purchase, revisionsOf.get(purchase.id)?.at(-1)),
      partnerId,
    }));
  }

  /** The same by changes since a time, the one that changed first comes first. */
  function listChangedOfPartner(
    { id }: ReadingPartner,
    query: { readonly since: Temporal.Instant; readonly filter: PartnerFilter },
    page: PageRequest,
  ): Promise<PageOf<Purchase>> {
    const findOwn = async (ids: readonly string[]) =>
      ids.length === 0 ? [] : asNow(await findReportedBy(database.db, id, ids), id);
    return listChanged(findOwn, query, page);
  }

  /** The number of purchases that a partner reported first, since a day (UTC). */
  async function countOfPartner(
    partnerId: string,
    from: string,
  ): Promise<Pick<PageOf<Purchase>, 'total' | 'totalIsEstimate'>> {
    return repository.list(database.db, { partnerIds: [partnerId], from }, { offset: 0, limit: 1 });
  }

  return { listOfPartner, listChangedOfPartner, countOfPartner };
}
