import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { endOfDay, startOfDay } from '../../../core/clock.ts';
import { compositeKey } from '../../../core/composite-key.ts';
import { bulkInsert } from '../../../core/database/bulk.ts';
import { type Db, type Trx, violates } from '../../../core/database/index.ts';
import type { RowOf } from '../../../core/database/rows.ts';
import { firstIdAt } from '../../../core/id.ts';
import { formatMoney, moneyFromNumeric } from '../../../core/money.ts';
import type { PageRequest } from '../../../core/page.ts';
import type { Source } from './fold.ts';
import type { ReportedPurchase } from './matching.ts';
import {
  type ExternalKey,
  kindOfRow,
  type PartnerFilter,
  PLATFORM,
  type Purchase,
  type PurchaseSubmission,
  type Witness,
} from './model.ts';
import { columnsOf, type PurchaseRow, toPurchase } from './repository.ts';

export type WitnessRepository = ReturnType<typeof witnessRepository>;

type WitnessRow = RowOf<'purchase_witnesses'> & { readonly merchant_id: string };

type ReportedRow = PurchaseRow & {
  readonly reported_by:
    | readonly (Pick<Source, 'namespace' | 'kind' | 'partnerId'> & { readonly amount: string })[]
    | null;
};

type TwinRow = ReportedRow & { readonly twin_of: string };

/** The most purchases of one order that are compared with a report. */
const MOST_OF_ORDER = 20;

/** A purchase is compared with the shopper's latest ones at its merchant, found among the latest in each status. */
const LATEST_AT_MERCHANT = 200;
const LATEST_OF_SHOPPER = 1_000;

const queueInsert = bulkInsert<Witness>('purchase_witnesses', {
  namespace: ['uuid', ({ namespace }) => namespace],
  external_id: ['text', ({ externalId }) => externalId],
  purchase_id: ['uuid', ({ purchaseId }) => purchaseId],
  source_kind: ['purchase_source_kind', ({ kind }) => kind],
  amount: ['numeric', ({ amount, currency }) => formatMoney(amount, currency)],
  currency: ['text', ({ currency }) => currency],
  reported_at: ['timestamptz', ({ reportedAt }) => reportedAt.toString()],
});

/** The other sources of a purchase, in the order in which they reported. */
const REPORTED_BY = sql`
  select jsonb_agg(
    jsonb_build_object('namespace', namespace, 'kind', source_kind, 'amount', amount::text)
    order by reported_at, external_id
  )
  from purchase_witnesses
`;

/** Whose external ids a purchase's own source uses. */
const NAMESPACE = sql`coalesce(purchases.namespace, partner_id, ${sql.lit(PLATFORM)})`;

/** The columns of `factsOf`. */
const GIVEN = sql`
  id uuid, namespace uuid, user_id uuid, merchant_id uuid, external_id text, order_key text, amount numeric, currency text,
  purchased_at timestamptz
`;

function factsOf(purchase: Purchase) {
  return {
    id: purchase.id,
    namespace: purchase.namespace,
    user_id: purchase.userId,
    merchant_id: purchase.merchantId,
    external_id: purchase.externalId,
    order_key: purchase.orderKey,
    amount: formatMoney(purchase.originalAmount, purchase.currency),
    currency: purchase.currency,
    purchased_at: purchase.purchasedAt.toString(),
  };
}

export function witnessRepository() {
  /** True if `queueInsert` failed because the same report was matched concurrently. */
  function isLostRace(error: unknown): boolean {
    return violates(error, 'purchase_witnesses_pkey');
  }

  /** The witnesses with these ids. One index lookup per key: `limit` excludes every other plan. */
  async function findByKeys(
    db: Db,
    keys: readonly ExternalKey[],
  ): Promise<(Witness & { readonly merchantId: string })[]> {
    const { rows } = await sql<WitnessRow>`
      select found.*
      from (
        select
          unnest(${keys.map(({ namespace }) => namespace)}::uuid[]) as namespace,
          unnest(${keys.map(({ externalId }) => externalId)}::text[]) as external_id
      ) as key
      cross join lateral (
        select purchase_witnesses.*, merchant_id
        from purchase_witnesses join purchases on purchases.id = purchase_id
        where purchase_witnesses.namespace = key.namespace and purchase_witnesses.external_id = key.external_id
        limit 1
      ) as found
    `.execute(db);
    return rows.map((row) => ({
      namespace: row.namespace,
      externalId: row.external_id,
      purchaseId: row.purchase_id,
      kind: row.source_kind,
      amount: moneyFromNumeric(row.amount, row.currency),
      currency: row.currency,
      reportedAt: row.reported_at,
      merchantId: row.merchant_id,
    }));
  }

  /**
   * The purchases that these namespaces have reported after another source, newest first, each under the id that the
   * namespace gave it.
   */
  async function listWitnessed(
    db: Db,
    namespaces: readonly string[],
    filter: PartnerFilter,
    page: Pick<PageRequest, 'limit' | 'after'>,
  ): Promise<Purchase[]> {
    const { rows } = await sql<PurchaseRow & { own_external_id: string; own_namespace: string }>`
      select ${columnsOf('purchases')}, own_external_id, own_namespace
      from (${witnessedIds(namespaces, filter, page)} order by purchase_id desc limit ${page.limit}) as witnessed
      join purchases on id = purchase_id
      order by id desc
    `.execute(db);
    return rows.map((row) => ({
      ...toPurchase(row),
      externalId: row.own_external_id,
      namespace: row.own_namespace,
    }));
  }

  /** Counts up to `limit`. */
  async function countWitnessed(
    db: Db,
    namespaces: readonly string[],
    filter: PartnerFilter,
    limit: number,
  ): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int from (${witnessedIds(namespaces, filter, { limit })} limit ${limit}) as witnessed
    `.execute(db);
    return rows[0]?.count ?? 0;
  }

  /** All sources of each purchase, by its id. Sends no query if each has its own source only, as is usual. */
  async function findSources(
    db: Db,
    purchases: readonly Purchase[],
  ): Promise<ReadonlyMap<string, readonly Source[]>> {
    // A match is a revision.
    const revised = purchases.filter(({ revision }) => revision > 0);
    const { rows } =
      revised.length === 0
        ? { rows: [] }
        : await sql<{ id: string; reported_by: ReportedRow['reported_by'] }>`
            select
              given.id,
              (
                select jsonb_agg(
                  jsonb_build_object(
                    'namespace', witness.namespace, 'kind', source_kind, 'amount', witness.amount::text,
                    'partnerId',
                    case source_kind when 'partner' then partner_of_namespace(witness.namespace, merchant_id) end
                  )
                  order by reported_at, witness.external_id
                )
                from purchase_witnesses as witness join purchases on purchases.id = purchase_id
                where purchase_id = given.id
              ) as reported_by
            from unnest(${revised.map(({ id }) => id)}::uuid[]) as given (id)
          `.execute(db);
    const reportedBy = new Map(rows.map(({ id, reported_by }) => [id, reported_by]));
    return new Map(
      purchases.map((purchase) => [purchase.id, sourcesFrom(purchase, reportedBy.get(purchase.id) ?? null)]),
    );
  }

  /**
   * The partner's own external id of each of these purchases that it has reported, as their first source or another one. By
   * the id of the purchase.
   */
  async function findReportedBy(
    db: Db,
    partnerId: string,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, string>> {
    const { rows } = await sql<{ id: string; external_id: string }>`
      select purchases.id, case when partner_id = ${partnerId} then purchases.external_id else own.external_id end as external_id
      from purchases
      left join lateral (
        select external_id
        from purchase_witnesses as witness
        where witness.purchase_id = purchases.id
          and witness.namespace in (${partnerId}, namespace_of_shop(${partnerId}, merchant_id))
        order by reported_at, external_id
        limit 1
      ) as own on revision > 0
      where purchases.id = any(${ids}::uuid[]) and (partner_id = ${partnerId} or own.external_id is not null)
    `.execute(db);
    return new Map(rows.map((row) => [row.id, row.external_id]));
  }

  /** The purchases of these orders that are not reversed, those of the reporting shopper first. */
  async function findOrders(
    db: Db,
    orders: readonly Pick<PurchaseSubmission, 'userId' | 'merchantId' | 'orderKey'>[],
  ): Promise<ReportedPurchase[]> {
    if (orders.length === 0) return [];
    const { rows } = await sql<ReportedRow>`
      select distinct on (id) ${columnsOf('reported')}, (${REPORTED_BY} where purchase_id = reported.id) as reported_by
      from (
        select
          unnest(${orders.map(({ userId }) => userId)}::uuid[]) as user_id,
          unnest(${orders.map(({ merchantId }) => merchantId)}::uuid[]) as merchant_id,
          unnest(${orders.map(({ orderKey }) => orderKey)}::text[]) as order_key
      ) as asked
      cross join lateral (
        select * from purchases
        where merchant_id = asked.merchant_id and order_key = asked.order_key and status <> 'reversed'
        order by user_id <> asked.user_id, id
        limit ${MOST_OF_ORDER}
      ) as reported
      order by id
    `.execute(db);
    return rows.map(toReported);
  }

  /**
   * For each purchase, by its id, the ones of other sources that may be the same: not reversed, of the same order, of the
   * same external id, or with the same amount within a day.
   */
  async function findTwins(
    db: Db | Trx,
    purchases: readonly Purchase[],
  ): Promise<ReadonlyMap<string, readonly ReportedPurchase[]>> {
    if (purchases.length === 0) return new Map();
    // Each shopper's purchases at a merchant are read once, however many of them are asked about.
    const byShopper = Map.groupBy(purchases, ({ userId, merchantId }) => compositeKey(userId, merchantId));
    const pairs = [...byShopper.values()].map((given) => ({
      user_id: given[0]?.userId,
      merchant_id: given[0]?.merchantId,
      given: given.map(factsOf),
    }));
    const ordered = purchases.filter(({ orderKey }) => orderKey !== null).map(factsOf);
    const { rows } = await sql<TwinRow>`
      select given.id as twin_of, ${columnsOf('twin')}, (${REPORTED_BY} where purchase_id = twin.id) as reported_by
      from jsonb_to_recordset(${JSON.stringify(pairs)}::jsonb) as pair (user_id uuid, merchant_id uuid, given jsonb)
      cross join lateral (
        select purchases.*, ${NAMESPACE} as source
        from (
          select latest.id
          from unnest(array['pending', 'confirmed']::purchase_status[]) as each (status)
          cross join lateral (
            select id, merchant_id from purchases
            where user_id = pair.user_id and status = each.status
            order by id desc nulls last
            limit ${LATEST_OF_SHOPPER}
          ) as latest
          where latest.merchant_id = pair.merchant_id
          limit ${LATEST_AT_MERCHANT}
        ) as candidate
        join purchases on purchases.id = candidate.id
      ) as twin
      cross join lateral jsonb_to_recordset(pair.given) as given (${GIVEN})
      where given.id <> twin.id and given.namespace <> twin.source
        and (
          twin.external_id = given.external_id
          or twin.order_key = given.order_key
          or (
            twin.amount = given.amount and twin.currency = given.currency
            and twin.purchased_at between given.purchased_at - interval '1 day' and given.purchased_at + interval '1 day'
          )
        )
      union all
      select given.id, ${columnsOf('twin')}, (${REPORTED_BY} where purchase_id = twin.id)
      from jsonb_to_recordset(${JSON.stringify(ordered)}::jsonb) as given (${GIVEN})
      cross join lateral (
        select * from purchases
        where merchant_id = given.merchant_id and order_key = given.order_key
          and user_id <> given.user_id and status <> 'reversed' and ${NAMESPACE} <> given.namespace
        limit ${MOST_OF_ORDER}
      ) as twin
    `.execute(db);
    const twinsOf = Map.groupBy(rows, ({ twin_of }) => twin_of);
    return new Map([...twinsOf].map(([id, twins]) => [id, twins.map(toReported)]));
  }

  return {
    queueInsert,
    isLostRace,
    findByKeys,
    listWitnessed,
    countWitnessed,
    findSources,
    findReportedBy,
    findOrders,
    findTwins,
  };
}

/** The newest of each namespace. */
function witnessedIds(
  namespaces: readonly string[],
  { statuses, userIds, merchantIds, held, externalIds, orderKeys, from, to }: PartnerFilter,
  { limit, after }: Pick<PageRequest, 'limit' | 'after'>,
) {
  const conditions: RawBuilder<SqlBool>[] = [
    sql`witness.namespace = each.namespace`,
    ...(after === undefined ? [] : [sql<SqlBool>`purchase_id < ${after}`]),
    ...(from === undefined ? [] : [sql<SqlBool>`purchase_id >= ${firstIdAt(startOfDay(from))}`]),
    ...(to === undefined ? [] : [sql<SqlBool>`purchase_id < ${firstIdAt(endOfDay(to))}`]),
    ...(externalIds === undefined ? [] : [sql<SqlBool>`witness.external_id = any (${externalIds}::text[])`]),
    ...(statuses === undefined ? [] : [sql<SqlBool>`status = any (${statuses}::purchase_status[])`]),
    ...(userIds === undefined ? [] : [sql<SqlBool>`user_id = any (${userIds}::uuid[])`]),
    ...(merchantIds === undefined ? [] : [sql<SqlBool>`merchant_id = any (${merchantIds}::uuid[])`]),
    ...(orderKeys === undefined ? [] : [sql<SqlBool>`order_key = any (${orderKeys}::text[])`]),
    ...(held === undefined ? [] : [sql<SqlBool>`held = ${held}`]),
  ];
  return sql`
    select purchase_id, own_external_id, own_namespace
    from unnest(${namespaces}::uuid[]) as each (namespace)
    cross join lateral (
      select purchase_id, witness.external_id as own_external_id, witness.namespace as own_namespace
      from purchase_witnesses as witness join purchases on id = purchase_id
      where ${sql.join(conditions, sql` and `)}
      order by purchase_id desc
      limit ${limit}
    ) as newest
  `;
}

function toReported(row: ReportedRow): ReportedPurchase {
  const purchase = toPurchase(row);
  return { purchase, sources: sourcesFrom(purchase, row.reported_by) };
}

function sourcesFrom(purchase: Purchase, reportedBy: ReportedRow['reported_by']): Source[] {
  const { namespace, originalAmount, currency, partnerId } = purchase;
  return [
    { namespace, kind: kindOfRow(purchase), amount: originalAmount, partnerId },
    ...(reportedBy ?? []).map((source) => ({ ...source, amount: moneyFromNumeric(source.amount, currency) })),
  ];
}
