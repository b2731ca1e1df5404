import { pageCounted } from '../../../core/database/counted-page.ts';
import { foldedUnlessKept, hasNameLike, nameContains } from '../../../core/database/folded-name.ts';
import type { Db, Trx } from '../../../core/database/index.ts';
import { anyOf, type RowOf } from '../../../core/database/rows.ts';
import { foldName } from '../../../core/fold-name.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { Merchant, MerchantFilter } from './model.ts';

export type MerchantRepository = ReturnType<typeof merchantRepository>;

const COLUMNS = [
  'id',
  'name',
  'default_cashback_percentage',
  'confirmation_days',
  'active',
  'inactive_since',
] as const;

type MerchantRow = RowOf<'merchants', typeof COLUMNS>;

export function merchantRepository() {
  /** Returns false if the name is taken. */
  async function insert(trx: Trx, merchant: Merchant, now: Temporal.Instant): Promise<boolean> {
    const inserted = await trx
      .insertInto('merchants')
      .values({
        id: merchant.id,
        name: merchant.name,
        name_folded: foldName(merchant.name),
        default_cashback_percentage: String(merchant.defaultCashbackPercentage),
        confirmation_days: merchant.confirmationDays,
        active: merchant.active,
        created_at: now.toString(),
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst();
    return inserted !== undefined;
  }

  async function findByName(db: Db, name: string): Promise<Merchant | undefined> {
    const row = await db.selectFrom('merchants').select(COLUMNS).where(hasNameLike(name)).executeTakeFirst();
    return row && toMerchant(row);
  }

  async function findAll(db: Db, ids: readonly string[]): Promise<Merchant[]> {
    const rows = await db.selectFrom('merchants').select(COLUMNS).where('id', '=', anyOf(ids)).execute();
    return rows.map(toMerchant);
  }

  async function findActive(db: Db): Promise<Merchant[]> {
    const rows = await db.selectFrom('merchants').select(COLUMNS).where('active', '=', true).execute();
    return rows.map(toMerchant);
  }

  async function findIds(db: Db): Promise<string[]> {
    const rows = await db.selectFrom('merchants').select('id').execute();
    return rows.map(({ id }) => id);
  }

  async function list(
    db: Db,
    { active, name, ids }: MerchantFilter,
    page: PageRequest,
  ): Promise<PageOf<Merchant>> {
    let matching = db.selectFrom('merchants');
    if (name !== undefined) matching = matching.where(nameContains(name));
    if (ids !== undefined) matching = matching.where('id', '=', anyOf(ids));
    if (active !== undefined) matching = matching.where('active', '=', active);
    return pageCounted(matching, (query) => query.select(COLUMNS).orderBy('id', 'desc'), toMerchant, page);
  }

  async function lock(trx: Trx, id: string): Promise<Merchant | undefined> {
    const row = await trx
      .selectFrom('merchants')
      .select(COLUMNS)
      .where('id', '=', id)
      .forNoKeyUpdate()
      .executeTakeFirst();
    return row && toMerchant(row);
  }

  /** Locks merchants against changes until the transaction ends, in the order of their ids. */
  async function lockForShare(trx: Trx, ids: readonly string[]): Promise<Merchant[]> {
    const rows = await trx
      .selectFrom('merchants')
      .select(COLUMNS)
      .where('id', '=', anyOf(ids))
      .orderBy('id')
      .forShare()
      .execute();
    return rows.map(toMerchant);
  }

  async function update(trx: Trx, merchant: Merchant): Promise<void> {
    await trx
      .updateTable('merchants')
      .set({
        name: merchant.name,
        name_folded: foldedUnlessKept(merchant.name),
        default_cashback_percentage: String(merchant.defaultCashbackPercentage),
        confirmation_days: merchant.confirmationDays,
        active: merchant.active,
        inactive_since: merchant.inactiveSince?.toString() ?? null,
      })
      .where('id', '=', merchant.id)
      .execute();
  }

  return {
    insert,
    findByName,
    findAll,
    findActive,
    findIds,
    list,
    lock,
    lockForShare,
    update,
  };
}

function toMerchant(row: MerchantRow): Merchant {
  return {
    id: row.id,
    name: row.name,
    defaultCashbackPercentage: Number(row.default_cashback_percentage),
    confirmationDays: row.confirmation_days,
    active: row.active,
    inactiveSince: row.inactive_since,
  };
}
