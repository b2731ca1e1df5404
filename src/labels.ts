import type { Db } from './core/database/index.ts';
import { distinct } from './core/lists.ts';
import type { MerchantClient } from './modules/catalogue/merchants/index.ts';
import type { PurchaseNames } from './modules/earning/purchases/index.ts';
import type { PartnerNames } from './modules/identity/partners/index.ts';
import type { UserClient } from './modules/identity/users/index.ts';
import { type FindLabels, labelKey } from './modules/platform/events/index.ts';

/**
 * Finds what staff calls the actors and resources of the audit log: members of staff by email, partners and merchants by
 * name, purchases by external id. Each kind is read once. Shoppers have no label: reading the log shows no personal data.
 */
export function labelFinder(modules: {
  readonly users: Pick<UserClient, 'findUsers'>;
  readonly partners: PartnerNames;
  readonly merchants: Pick<MerchantClient, 'findMerchants'>;
  readonly purchases: PurchaseNames;
}): FindLabels {
  const { users, partners, merchants, purchases } = modules;

  async function findStaff(db: Db, ids: readonly string[]) {
    const found = [...(await users.findUsers(db, ids)).values()];
    return found.filter(({ role }) => role === 'admin').map(({ id, email }) => [id, email] as const);
  }

  const finders: Readonly<
    Record<
      string,
      (db: Db, ids: readonly string[]) => Promise<readonly (readonly [id: string, label: string])[]>
    >
  > = {
    admin: findStaff,
    user: findStaff,
    partner: async (db, ids) => [...(await partners.findPartnerNames(db, ids))],
    merchant: async (db, ids) =>
      [...(await merchants.findMerchants(db, ids)).values()].map(({ id, name }) => [id, name]),
    purchase: async (db, ids) =>
      (await purchases.findPurchases(db, ids)).map(({ id, externalId }) => [id, externalId]),
  };

  return async (db, things) => {
    const found = await Promise.all(
      [...Map.groupBy(things, ({ type }) => type)].map(async ([type, ofType]) => {
        const labels = (await finders[type]?.(db, distinct(ofType.map(({ id }) => id)))) ?? [];
        return labels.map(([id, label]) => [labelKey({ type, id }), label] as const);
      }),
    );
    return new Map(found.flat());
  };
}
