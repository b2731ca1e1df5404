import type { Database, Db } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import { distinct } from '../../../core/lists.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { MerchantClient } from '../../catalogue/merchants/index.ts';
import type { CashbackClient } from '../cashback/index.ts';
import { present } from './amendments.ts';
import type { DetailsRepository } from './details-repository.ts';
import { presentLines } from './lines.ts';
import type {
  Purchase,
  PurchaseDetailView,
  PurchaseFilter,
  PurchaseView,
  Reporter,
  Revision,
} from './model.ts';
import { isHiddenFrom, requireMayRead } from './policies.ts';
import type { PurchaseRepository } from './repository.ts';
import type { RevisionRepository } from './revision-repository.ts';
import type { WitnessRepository } from './witness-repository.ts';

export function purchaseReading(deps: {
  database: Database;
  repository: PurchaseRepository;
  revisions: RevisionRepository;
  details: DetailsRepository;
  witnesses: Pick<WitnessRepository, 'findSources' | 'findReportedBy'>;
  merchants: MerchantClient;
  cashback: CashbackClient;
}) {
  const { database, repository, revisions, details, witnesses, merchants, cashback } = deps;

  /** @throws NOT_FOUND, also to a partner that is not a source of it, or FORBIDDEN if a user reads a purchase of another user. */
  async function getPurchase(id: string, actor: Reporter): Promise<PurchaseDetailView> {
    const purchase = await repository.find(database.db, id);
    if (purchase === undefined || (await isHidden(purchase, actor))) throw notFound('purchase', id);
    requireMayRead(actor, purchase);
    const [revisionsOf, linesOf] = await Promise.all([
      revisions.findOf(database.db, [purchase]),
      details.findLines(database.db, [id]),
    ]);
    const [view] = await withRewards([purchase], revisionsOf);
    if (view === undefined) throw notFound('purchase', id);
    return { ...view, lines: presentLines(revisionsOf.get(id), linesOf.get(id)) };
  }

  async function isHidden(purchase: Purchase, actor: Reporter): Promise<boolean> {
    const sourcesOf = await witnesses.findSources(database.db, [purchase]);
    return isHiddenFrom(actor, purchase, sourcesOf.get(purchase.id) ?? []);
  }

  async function listRewardedPurchases(
    filter: PurchaseFilter,
    page: PageRequest,
  ): Promise<PageOf<PurchaseView>> {
    const purchases = await repository.list(database.db, filter, page);
    const revisionsOf = await revisions.findOf(database.db, purchases.items);
    return { ...purchases, items: await withRewards(purchases.items, revisionsOf) };
  }

  function findPurchases(db: Db, ids: readonly string[]): Promise<Purchase[]> {
    return repository.findAll(db, ids);
  }

  /** Those of the purchases of which the partner is a source, with its own id of each. */
  async function findReportedBy(db: Db, partnerId: string, ids: readonly string[]): Promise<Purchase[]> {
    const ownIdOf = await witnesses.findReportedBy(db, partnerId, ids);
    const purchases = await repository.findAll(db, [...ownIdOf.keys()]);
    return purchases.map((purchase) => {
      const externalId = ownIdOf.get(purchase.id) ?? purchase.externalId;
      return { ...purchase, partnerId, externalId };
    });
  }

  async function withRewards(
    purchases: readonly Purchase[],
    revisionsOf: ReadonlyMap<string, readonly Revision[]>,
  ): Promise<PurchaseView[]> {
    const [merchantOf, rewardOf] = await Promise.all([
      merchants.findMerchants(database.db, distinct(purchases.map(({ merchantId }) => merchantId))),
      cashback.findRewards(
        database.db,
        purchases.map(({ id }) => id),
      ),
    ]);
    return purchases.map((purchase) => {
      const merchant = merchantOf.get(purchase.merchantId);
      const reward = rewardOf.get(purchase.id);
      if (merchant === undefined || reward === undefined)
        throw new Error(`purchase ${purchase.id} has no reward or no merchant`);
      const latest = revisionsOf.get(purchase.id)?.at(-1);
      return { ...present({ purchase, reward }, latest), merchantName: merchant.name };
    });
  }

  return { getPurchase, listRewardedPurchases, findPurchases, findReportedBy };
}
