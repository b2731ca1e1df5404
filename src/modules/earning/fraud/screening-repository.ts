import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../core/database/index.ts';
import type { RowOf } from '../../../core/database/rows.ts';
import { firstIdAt } from '../../../core/id.ts';
import { formatMoney, moneyFromNumeric } from '../../../core/money.ts';
import { LOWEST_FLOOR_AMOUNT } from './model.ts';
import {
  emptyHistory,
  type History,
  keyOfOrder,
  MERCHANT_SAMPLE,
  type Questions,
  type RecentPurchase,
  USER_SAMPLE,
} from './policies.ts';

export type ScreeningRepository = ReturnType<typeof screeningRepository>;

export type Past = {
  readonly history: History;
  readonly latestOfMerchant: ReadonlyMap<string, readonly RecentPurchase[]>;
};

type RecentRow = RowOf<'purchases', ['amount', 'currency']>;

/** The result of the question at this position of its list. A question without a result has found nothing. */
type ResultRow = { readonly position: number } & (
  | { readonly about: 'today'; readonly found: number }
  | { readonly about: 'user' | 'merchant'; readonly found: readonly RecentRow[] }
  | { readonly about: 'order'; readonly found: readonly string[] }
);

/** The most purchases to read per order, as a multiple of the limit of users. */
const PURCHASES_PER_USER_OF_ORDER = 10;

export function screeningRepository() {
  /**
   * Reads all needed facts about recorded purchases in one query. Each question uses an index and reads a bounded number
   * of rows, for any user and merchant. Sends no query if there is no question.
   */
  async function readPast(
    trx: Trx,
    questions: Questions,
    limits: {
      readonly today: string;
      readonly purchasesPerUserDay: number;
      readonly usersPerOrder: number;
    },
  ): Promise<Past> {
    const history = emptyHistory(questions);
    const latestOfMerchant = new Map<string, readonly RecentPurchase[]>(
      questions.merchantIds.map((id) => [id, []]),
    );
    const parts: RawBuilder<ResultRow>[] = [];
    if (questions.countedUserIds.length > 0) parts.push(purchasesOfToday(questions, limits));
    if (questions.userIds.length > 0) parts.push(users(questions));
    if (questions.orders.length > 0) parts.push(orders(questions, limits.usersPerOrder));
    if (questions.merchantIds.length > 0) parts.push(merchants(questions));
    if (parts.length === 0) return { history, latestOfMerchant };

    const { rows } = await sql<ResultRow>`${sql.join(parts, sql` union all `)}`.execute(trx);
    for (const answer of rows) {
      switch (answer.about) {
        case 'today':
          history.purchasesOfToday.set(at(questions.countedUserIds, answer.position), answer.found);
          break;
        case 'user':
          history.latestOfUser.set(at(questions.userIds, answer.position), answer.found.map(toRecent));
          break;
        case 'order':
          history.usersOfOrder.set(keyOfOrder(at(questions.orders, answer.position)), new Set(answer.found));
          break;
        case 'merchant':
          latestOfMerchant.set(at(questions.merchantIds, answer.position), answer.found.map(toRecent));
          break;
      }
    }
    return { history, latestOfMerchant };
  }

  return { readPast };
}

/** Counts only up to the limit, because the next purchase exceeds it anyway. An id carries the time of recording. */
function purchasesOfToday(
  { countedUserIds }: Questions,
  { today, purchasesPerUserDay: limit }: { readonly today: string; readonly purchasesPerUserDay: number },
): RawBuilder<ResultRow> {
  const firstId = firstIdAt(Temporal.Instant.from(`${today}T00:00:00Z`));
  return sql`
    select 'today' as about, asked.position::int, to_jsonb(counted.purchases) as found
    from unnest(${countedUserIds}::uuid[]) with ordinality as asked (user_id, position)
    cross join lateral (
      select count(*) as purchases
      from (
        select
        from (
          ${inEachStatus(sql`
            select id
            from purchases
            where user_id = asked.user_id and status = each.status and id >= ${firstId}::uuid
            limit ${limit}
          `)}
        ) as latest
        limit ${limit}
      ) as bought
    ) as counted
    where counted.purchases > 0
  `;
}

function users({ userIds }: Questions): RawBuilder<ResultRow> {
  return latestOf('user', sql.ref('user_id'), userIds, USER_SAMPLE.latest);
}

function merchants({ merchantIds }: Questions): RawBuilder<ResultRow> {
  return latestOf('merchant', sql.ref('merchant_id'), merchantIds, MERCHANT_SAMPLE.latest);
}

function latestOf(
  about: 'user' | 'merchant',
  owner: RawBuilder<unknown>,
  ids: readonly string[],
  limit: number,
): RawBuilder<ResultRow> {
  return sql`
    select ${sql.lit(about)} as about, asked.position::int, jsonb_agg(recent order by recent.id desc) as found
    from unnest(${ids}::uuid[]) with ordinality as asked (owner_id, position)
    cross join lateral (
      ${inEachStatus(sql`
        select id, amount::text, currency
        from purchases
        where ${owner} = asked.owner_id and status = each.status
        order by id desc nulls last
        limit ${limit}
      `)}
      order by id desc
      limit ${limit}
    ) as recent
    group by asked.position
  `;
}

/** Reads each status separately, because the indexes of users and merchants have the status before the id. */
function inEachStatus(latest: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select one.*
    from unnest(enum_range(null::purchase_status)) as each (status)
    cross join lateral (${latest}) as one
  `;
}

/** The lowest floor must be a literal: only then can PostgreSQL prove that the partial index has all rows. */
function orders({ orders: asked }: Questions, usersPerOrder: number): RawBuilder<ResultRow> {
  return sql`
    select 'order' as about, asked.position::int, jsonb_agg(distinct bought.user_id) as found
    from unnest(
      ${asked.map(({ merchantId }) => merchantId)}::uuid[],
      ${asked.map(({ amount, currency }) => formatMoney(amount, currency))}::numeric[],
      ${asked.map(({ currency }) => currency)}::text[],
      ${asked.map(({ day }) => day)}::date[]
    ) with ordinality as asked (merchant_id, amount, currency, day, position)
    cross join lateral (
      select purchases.user_id
      from purchases
      where purchases.merchant_id = asked.merchant_id
        and purchases.amount = asked.amount and purchases.amount >= ${sql.lit(LOWEST_FLOOR_AMOUNT)}
        and purchases.purchased_at >= asked.day and purchases.purchased_at < asked.day + 1
        and purchases.currency = asked.currency
      limit ${usersPerOrder * PURCHASES_PER_USER_OF_ORDER}
    ) as bought
    group by asked.position
  `;
}

function toRecent(row: RecentRow): RecentPurchase {
  return { amount: moneyFromNumeric(row.amount, row.currency), currency: row.currency };
}

/** Returns the question at a position. The database counts positions from 1. */
function at<T>(questions: readonly T[], position: number): T {
  const question = questions[position - 1];
  if (question === undefined) throw new RangeError(`there is no question ${position}`);
  return question;
}
