import { pageCounted } from '../../../core/database/counted-page.ts';
import { type Db, queueSql, type Trx } from '../../../core/database/index.ts';
import type { RowOf } from '../../../core/database/rows.ts';
import { formatMoney, moneyFromNumeric } from '../../../core/money.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { Ceiling, CeilingScope } from './model.ts';

export type CeilingRepository = ReturnType<typeof ceilingRepository>;

type CeilingRow = RowOf<'ceilings'>;

export function ceilingRepository() {
  /** Changes of ceilings run one after the other, so that each knows what it replaces. Reads do not wait. */
  function queueLock(trx: Trx): void {
    queueSql(trx)`lock table ceilings in share row exclusive mode`;
  }

  async function find(db: Db, scope: CeilingScope, currency: string): Promise<Ceiling | undefined> {
    const { partnerId, merchantId } = columnsOf(scope);
    const row = await db
      .selectFrom('ceilings')
      .selectAll()
      .where('partner_id', 'is not distinct from', partnerId)
      .where('merchant_id', 'is not distinct from', merchantId)
      .where('currency', '=', currency)
      .executeTakeFirst();
    return row && toCeiling(row);
  }

  async function findAll(db: Db): Promise<Ceiling[]> {
    return (await db.selectFrom('ceilings').selectAll().execute()).map(toCeiling);
  }

  async function list(db: Db, page: PageRequest): Promise<PageOf<Ceiling>> {
    const matching = db.selectFrom('ceilings');
    return pageCounted(matching, (query) => query.selectAll().orderBy('id', 'desc'), toCeiling, page);
  }

  /** Inserts a ceiling, or replaces what the one with its id states. */
  async function put(trx: Trx, ceiling: Ceiling): Promise<void> {
    const { partnerId, merchantId } = columnsOf(ceiling.scope);
    const money = (minor: bigint | null) => (minor === null ? null : formatMoney(minor, ceiling.currency));
    const limits = {
      max_amount: money(ceiling.maxAmount),
      max_reward: money(ceiling.maxReward),
      daily_pending: money(ceiling.dailyPending),
      daily_released: money(ceiling.dailyReleased),
    };
    await trx
      .insertInto('ceilings')
      .values({
        id: ceiling.id,
        partner_id: partnerId,
        merchant_id: merchantId,
        currency: ceiling.currency,
        ...limits,
      })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(limits))
      .execute();
  }

  async function remove(trx: Trx, id: string): Promise<void> {
    await trx.deleteFrom('ceilings').where('id', '=', id).execute();
  }

  return { queueLock, find, findAll, list, put, remove };
}

function columnsOf({ type, id }: CeilingScope) {
  return { partnerId: type === 'partner' ? id : null, merchantId: type === 'merchant' ? id : null };
}

function toCeiling(row: CeilingRow): Ceiling {
  const money = (text: string | null) => (text === null ? null : moneyFromNumeric(text, row.currency));
  return {
    id: row.id,
    scope: toScope(row),
    currency: row.currency,
    maxAmount: money(row.max_amount),
    maxReward: money(row.max_reward),
    dailyPending: money(row.daily_pending),
    dailyReleased: money(row.daily_released),
  };
}

function toScope({ partner_id, merchant_id }: CeilingRow): CeilingScope {
  if (partner_id !== null) return { type: 'partner', id: partner_id };
  if (merchant_id !== null) return { type: 'merchant', id: merchant_id };
  return { type: 'platform', id: null };
}
