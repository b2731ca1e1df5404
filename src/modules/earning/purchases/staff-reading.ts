import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import { distinct } from '../../../core/lists.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { MerchantClient } from '../../catalogue/merchants/index.ts';
import type { PartnerNames } from '../../identity/partners/index.ts';
import type { UserClient } from '../../identity/users/index.ts';
import type { PurchaseFilter, StaffFilter, StaffPurchaseView } from './model.ts';
import { dueWindows, overdueSince } from './policies.ts';
import type { purchaseReading } from './reading.ts';

/** Lists purchases of all sources, with rewards, names, and since when each is overdue. */
export function staffReading(deps: {
  database: Database;
  clock: Clock;
  users: Pick<UserClient, 'findUsers'>;
  partners: PartnerNames;
  merchants: Pick<MerchantClient, 'findMerchants' | 'findMerchantIds'>;
  defaultConfirmationDays: number;
  listRewardedPurchases: ReturnType<typeof purchaseReading>['listRewardedPurchases'];
}) {
  const { database, clock, users, partners, merchants, listRewardedPurchases } = deps;

  /** The names of a page are read once each. */
  async function listForStaff(filter: StaffFilter, page: PageRequest): Promise<PageOf<StaffPurchaseView>> {
    const now = clock();
    const found = await listRewardedPurchases(await withWindows(filter, now), page);
    const purchases = found.items.map(({ purchase }) => purchase);
    const [userOf, partnerNameOf, merchantOf] = await Promise.all([
      users.findUsers(database.db, distinct(purchases.map(({ userId }) => userId))),
      partners.findPartnerNames(database.db, distinct(purchases.flatMap(({ partnerId }) => partnerId ?? []))),
      merchants.findMerchants(database.db, distinct(purchases.map(({ merchantId }) => merchantId))),
    ]);
    const windows = dueWindows([...merchantOf.values()], deps.defaultConfirmationDays, now);
    const untilOf = new Map(windows.map(({ merchantId, recordedUntil }) => [merchantId, recordedUntil]));
    const items = found.items.map((view) => {
      const { id, userId, partnerId, merchantId } = view.purchase;
      const user = userOf.get(userId);
      if (user === undefined) throw new Error(`purchase ${id} has no user`);
      return {
        ...view,
        userEmail: user.email,
        partnerName: partnerId === null ? null : (partnerNameOf.get(partnerId) ?? null),
        overdueSince: overdueSince(view.purchase, untilOf.get(merchantId), now),
      };
    });
    return { ...found, items };
  }

  /** Also inactive merchants have overdue purchases. */
  async function withWindows(
    { isOverdue, ...filter }: StaffFilter,
    now: Temporal.Instant,
  ): Promise<PurchaseFilter> {
    if (!isOverdue) return filter;
    const ids = filter.merchantIds ?? (await merchants.findMerchantIds(database.db));
    const merchantOf = await merchants.findMerchants(database.db, distinct(ids));
    return { ...filter, due: dueWindows([...merchantOf.values()], deps.defaultConfirmationDays, now) };
  }

  return { listForStaff };
}
