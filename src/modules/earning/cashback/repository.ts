import { sql } from 'kysely';
import { type Db, queueSql, type Trx, violates } from '../../../core/database/index.ts';
import { formatMoney, moneyFromNumeric } from '../../../core/money.ts';
import { type CashbackType, formatTermsValue, parseTermsValue } from '../../catalogue/offers/index.ts';
import type { CapKey, CapUsage, CashbackStatus, Reward } from './model.ts';

export type CashbackRepository = ReturnType<typeof cashbackRepository>;

type RewardRow = {
  id: string;
  purchase_id: string;
  user_id: string;
  offer_id: string;
  cashback_type: CashbackType;
  cashback_value: string;
  monthly_cap: string | null;
  cap_month: string | null;
  uncapped_amount: string;
  amount: string;
  currency: string;
  status: CashbackStatus;
};

type CapUsageRow = { user_id: string; offer_id: string; month: string; cap: string; used: string };

export function cashbackRepository() {
  /** Fails (see `isLostRace`) if another transaction has opened one of them since the caller's lookup. */
  function queueInsertCapUsages(trx: Trx, usages: readonly CapUsage[]): void {
    queueSql(trx)`
      insert into cashback_cap_usage (user_id, offer_id, month, cap, used)
      select
        unnest(${usages.map(({ userId }) => userId)}::uuid[]),
        unnest(${usages.map(({ offerId }) => offerId)}::uuid[]),
        unnest(${usages.map(({ month }) => month)}::date[]),
        unnest(${usages.map(({ cap, currency }) => formatMoney(cap, currency))}::numeric[]),
        unnest(${usages.map(({ used, currency }) => formatMoney(used, currency))}::numeric[])
    `;
  }

  function isLostRace(error: unknown): boolean {
    return violates(error, 'cashback_cap_usage_pkey');
  }

  /** Locks the usages that exist until the transaction ends, in the order of their keys, so that no two deadlock. */
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
          unnest(${sorted.map(({ offerId }) => offerId)}::uuid[]) as offer_id,
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
    const currencies = new Map(keys.map(({ offerId, currency }) => [offerId, currency]));
    return rows.map((row) => {
      const currency = currencies.get(row.offer_id) ?? '';
      return {
        userId: row.user_id,
        offerId: row.offer_id,
        month: row.month,
        cap: moneyFromNumeric(row.cap, currency),
        used: moneyFromNumeric(row.used, currency),
        currency,
        isRecorded: true,
      };
    });
  }

  function queueUpdateCapUsages(trx: Trx, usages: readonly CapUsage[]): void {
    queueSql(trx)`
      update cashback_cap_usage as usage
      set used = changed.used
      from (
        select
          unnest(${usages.map(({ userId }) => userId)}::uuid[]) as user_id,
          unnest(${usages.map(({ offerId }) => offerId)}::uuid[]) as offer_id,
          unnest(${usages.map(({ month }) => month)}::date[]) as month,
          unnest(${usages.map(({ used, currency }) => formatMoney(used, currency))}::numeric[]) as used
      ) as changed
      where (usage.user_id, usage.offer_id, usage.month) = (changed.user_id, changed.offer_id, changed.month)
        and usage.used <> changed.used
    `;
  }

  function queueInsertRewards(trx: Trx, rewards: readonly Reward[], now: Temporal.Instant): void {
    queueSql(trx)`
      insert into cashback_transactions (
        id, purchase_id, user_id, offer_id, cashback_type, cashback_value, monthly_cap, cap_month,
        uncapped_amount, amount, currency, status, created_at
      )
      select
        unnest(${rewards.map(({ id }) => id)}::uuid[]),
        unnest(${rewards.map(({ purchaseId }) => purchaseId)}::uuid[]),
        unnest(${rewards.map(({ userId }) => userId)}::uuid[]),
        unnest(${rewards.map(({ terms }) => terms.offerId)}::uuid[]),
        unnest(${rewards.map(({ terms }) => terms.type)}::cashback_type[]),
        unnest(${rewards.map(({ terms }) => formatTermsValue(terms))}::numeric[]),
        unnest(${rewards.map(({ terms: { monthlyCap, currency } }) => monthlyCap && formatMoney(monthlyCap, currency))}::numeric[]),
        unnest(${rewards.map(({ capMonth }) => capMonth)}::date[]),
        unnest(${rewards.map(({ uncappedAmount, currency }) => formatMoney(uncappedAmount, currency))}::numeric[]),
        unnest(${rewards.map(({ amount, currency }) => formatMoney(amount, currency))}::numeric[]),
        unnest(${rewards.map(({ currency }) => currency)}::text[]),
        unnest(${rewards.map(({ status }) => status)}::cashback_status[]),
        ${now.toString()}::timestamptz
    `;
  }

  function queueUpdateStatuses(
    trx: Trx,
    changes: readonly { readonly reward: Reward; readonly to: CashbackStatus }[],
  ): void {
    queueSql(trx)`
      update cashback_transactions
      set status = change.status
      from (
        select
          unnest(${changes.map(({ reward }) => reward.id)}::uuid[]) as id,
          unnest(${changes.map(({ to }) => to)}::cashback_status[]) as status
      ) as change
      where cashback_transactions.id = change.id
    `;
  }

  async function findByPurchases(db: Db, purchaseIds: readonly string[]): Promise<Reward[]> {
    const { rows } = await sql<RewardRow>`
      select
        id, purchase_id, user_id, offer_id, cashback_type, cashback_value, monthly_cap, cap_month,
        uncapped_amount, amount, currency, status
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
  };
}

/** Lock order: any total order, as long as all callers share it. */
function inOneOrder(one: CapKey, other: CapKey): number {
  if (one.userId !== other.userId) return one.userId < other.userId ? -1 : 1;
  if (one.offerId !== other.offerId) return one.offerId < other.offerId ? -1 : 1;
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
