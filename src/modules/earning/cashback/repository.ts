import { sql } from 'kysely';
import { bulkInsert, bulkUpdate } from '../../../core/database/bulk.ts';
import { type Db, type Trx, violates } from '../../../core/database/index.ts';
import type { RowOf } from '../../../core/database/rows.ts';
import { formatMoney, moneyFromNumeric } from '../../../core/money.ts';
import { formatTermsValue, parseTermsValue } from '../../catalogue/offers/index.ts';
import type { CapKey, CapUsage, Reward } from './model.ts';

export type CashbackRepository = ReturnType<typeof cashbackRepository>;

type RewardRow = Omit<RowOf<'cashback_transactions'>, 'created_at'>;

type CapUsageRow = RowOf<'cashback_cap_usage'>;

/**
 * `offer_id` holds the group of the caps. Fails (see `isLostRace`) if another transaction has inserted one of the usages
 * since the lookup of the caller.
 */
const queueInsertCapUsages = bulkInsert<CapUsage>('cashback_cap_usage', {
  user_id: ['uuid', ({ userId }) => userId],
  offer_id: ['uuid', ({ capGroup }) => capGroup],
  month: ['date', ({ month }) => month],
  cap: ['numeric', ({ cap, currency }) => formatMoney(cap, currency)],
  used: ['numeric', ({ used, currency }) => formatMoney(used, currency)],
});

const queueUpdateCapUsages = bulkUpdate<CapUsage>(
  'cashback_cap_usage',
  ['user_id', 'offer_id', 'month'],
  {
    user_id: ['uuid', ({ userId }) => userId],
    offer_id: ['uuid', ({ capGroup }) => capGroup],
    month: ['date', ({ month }) => month],
    cap: ['numeric', ({ cap, currency }) => formatMoney(cap, currency)],
    used: ['numeric', ({ used, currency }) => formatMoney(used, currency)],
  },
  { where: '(cashback_cap_usage.cap, cashback_cap_usage.used) <> (given.cap, given.used)' },
);

const queueInsertRewards = bulkInsert<Reward, string>('cashback_transactions', {
  id: ['uuid', ({ id }) => id],
  purchase_id: ['uuid', ({ purchaseId }) => purchaseId],
  user_id: ['uuid', ({ userId }) => userId],
  offer_id: ['uuid', ({ terms }) => terms.offerId],
  cap_group: ['uuid', ({ terms }) => (terms.capGroup === terms.offerId ? null : terms.capGroup)],
  cashback_type: ['cashback_type', ({ terms }) => terms.type],
  cashback_value: ['numeric', ({ terms }) => formatTermsValue(terms)],
  monthly_cap: [
    'numeric',
    ({ terms: { monthlyCap, currency } }) => (monthlyCap === null ? null : formatMoney(monthlyCap, currency)),
  ],
  cap_month: ['date', ({ capMonth }) => capMonth],
  uncapped_amount: ['numeric', ({ uncappedAmount, currency }) => formatMoney(uncappedAmount, currency)],
  amount: ['numeric', ({ amount, currency }) => formatMoney(amount, currency)],
  currency: ['text', ({ currency }) => currency],
  status: ['cashback_status', ({ status }) => status],
  created_at: ['timestamptz', (_, now) => now],
});

const queueUpdateStatuses = bulkUpdate<Reward>('cashback_transactions', ['id'], {
  id: ['uuid', ({ id }) => id],
  status: ['cashback_status', ({ status }) => status],
});

export function cashbackRepository() {
  function isLostRace(error: unknown): boolean {
    return violates(error, 'cashback_cap_usage_pkey');
  }

  /** Locks the existing usages until the transaction ends, in the order of their keys, to prevent deadlocks. */
  async function lockCapUsages(
    trx: Trx,
    keys: readonly (CapKey & { readonly currency: string })[],
  ): Promise<CapUsage[]> {
    const sorted = keys.toSorted(inOneOrder);
    // One index lookup per key: `limit` excludes every other plan.
    const { rows } = await sql<CapUsageRow>`
      select usage.*
      from (
        select
          unnest(${sorted.map(({ userId }) => userId)}::uuid[]) as user_id,
          unnest(${sorted.map(({ capGroup }) => capGroup)}::uuid[]) as offer_id,
          unnest(${sorted.map(({ month }) => month)}::date[]) as month
      ) as key
      cross join lateral (
        select user_id, offer_id, month, cap, used
        from cashback_cap_usage
        where user_id = key.user_id and offer_id = key.offer_id and month = key.month
        limit 1
        for update
      ) as usage
    `.execute(trx);
    const currencies = new Map(keys.map(({ capGroup, currency }) => [capGroup, currency]));
    return rows.map((row) => {
      const currency = currencies.get(row.offer_id) ?? '';
      return {
        userId: row.user_id,
        capGroup: row.offer_id,
        month: row.month,
        cap: moneyFromNumeric(row.cap, currency),
        used: moneyFromNumeric(row.used, currency),
        currency,
        isRecorded: true,
      };
    });
  }

  /** What a user has used of these groups of caps in a month. Groups without a usage are missing. */
  async function findCapUsages(
    db: Db,
    userId: string,
    month: string,
    groups: readonly Pick<CapUsage, 'capGroup' | 'currency'>[],
  ): Promise<CapUsage[]> {
    const { rows } = await sql<CapUsageRow & { currency: string }>`
      select usage.*, asked.currency
      from (
        select
          unnest(${groups.map(({ capGroup }) => capGroup)}::uuid[]) as offer_id,
          unnest(${groups.map(({ currency }) => currency)}::text[]) as currency
      ) as asked
      join cashback_cap_usage as usage on usage.offer_id = asked.offer_id
      where usage.user_id = ${userId} and usage.month = ${month}::date
    `.execute(db);
    return rows.map(({ offer_id: capGroup, currency, cap, used }) => ({
      userId,
      capGroup,
      month,
      cap: moneyFromNumeric(cap, currency),
      used: moneyFromNumeric(used, currency),
      currency,
      isRecorded: true,
    }));
  }

  async function findByPurchases(db: Db, purchaseIds: readonly string[]): Promise<Reward[]> {
    const { rows } = await sql<RewardRow>`
      select
        id, purchase_id, user_id, offer_id, cashback_type, cashback_value, monthly_cap, cap_month,
        cap_group, uncapped_amount, amount, currency, status
      from cashback_transactions
      where purchase_id = any(${purchaseIds}::uuid[])
    `.execute(db);
    return rows.map(toReward);
  }

  return {
    queueInsertCapUsages,
    isLostRace,
    lockCapUsages,
    queueUpdateCapUsages,
    queueInsertRewards,
    queueUpdateStatuses,
    findByPurchases,
    findCapUsages,
  };
}

/** Lock order: any total order, as long as all callers share it. */
function inOneOrder(one: CapKey, other: CapKey): number {
  if (one.userId !== other.userId) return one.userId < other.userId ? -1 : 1;
  if (one.capGroup !== other.capGroup) return one.capGroup < other.capGroup ? -1 : 1;
  return one.month < other.month ? -1 : 1;
}

function toReward(row: RewardRow): Reward {
  const { currency } = row;
  return {
    id: row.id,
    purchaseId: row.purchase_id,
    userId: row.user_id,
    terms: {
      offerId: row.offer_id,
      capGroup: row.cap_group ?? row.offer_id,
      type: row.cashback_type,
      value: parseTermsValue(row.cashback_type, row.cashback_value, currency),
      currency,
      monthlyCap: row.monthly_cap === null ? null : moneyFromNumeric(row.monthly_cap, currency),
    },
    capMonth: row.cap_month,
    uncappedAmount: moneyFromNumeric(row.uncapped_amount, currency),
    amount: moneyFromNumeric(row.amount, currency),
    currency,
    status: row.status,
  };
}
