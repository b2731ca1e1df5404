import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../core/database/index.ts';

/* Adds up what the audit log records. Its amounts are those of the journal, as the proof of the books shows. */

export type RollupRepository = ReturnType<typeof rollupRepository>;

/** A place in the feed of events, whose order is (recordedIn, id), and its present end. */
export type Place = { readonly recordedIn: string; readonly id: string; readonly end: string };

const REVISED = ['purchase.amended', 'purchase.matched', 'purchase.refilled'];

const OF_PURCHASES = [
  'purchase.recorded',
  'purchase.confirmed',
  'purchase.reward_released',
  'purchase.reversed',
  ...REVISED,
];

const PAID_BACK = ['payout.failed', 'payout.cancelled', 'payout.returned'];

const OF_MONEY = [...OF_PURCHASES, 'payout.requested', ...PAID_BACK, 'wallet.adjusted'];

const isOneOf = (actions: readonly string[]) =>
  sql`action in (${sql.join(actions.map((one) => sql.lit(one)))})`;

/** Null if the text is not an amount: an altered record is the proof's business, and must not end the reports. */
const moneyOf = (field: string) => {
  const text = sql`details ->> ${sql.lit(field)}`;
  return sql`case when ${text} ~ '^[0-9]{1,15}(\\.[0-9]{1,4})?$' then (${text})::numeric end`;
};

/** A reward that is pending although its purchase was confirmed, or was until a reversal. */
const WAITS = sql`coalesce(details ->> 'awaiting_release' = 'true', false)`;

/**
 * What each record of money moved in the journal: one row for each. Records with nothing that can be read are left out.
 * @param records rows of the audit log.
 */
export function movesOf(records: RawBuilder<unknown>): RawBuilder<unknown> {
  const isRevision = isOneOf(REVISED);
  return sql`
    select
      action, resource_id, actor_type, actor_id, occurred_at, currency, cashback,
      details ->> 'from' as from_status,
      waits,
      case
        when action = 'purchase.recorded' then cashback
        when ${isRevision} then greatest(change, 0)
        else 0
      end as credited,
      case
        when action = 'purchase.confirmed' and not waits or action = 'purchase.reward_released' then cashback
        when ${isRevision} and is_available then greatest(change, 0)
        else 0
      end as confirmed,
      case
        when action = 'purchase.reversed' and (waits or details ->> 'from' = 'pending') then cashback
        when ${isRevision} and not is_available then greatest(-change, 0)
        else 0
      end as taken_from_pending,
      case
        when action = 'purchase.reversed' and not waits and details ->> 'from' <> 'pending' then cashback
        when ${isRevision} and is_available then greatest(-change, 0)
        else 0
      end as taken_from_available,
      case when action = 'payout.requested' then amount else 0 end as paid_out,
      case when ${isOneOf(PAID_BACK)} then amount else 0 end as paid_back,
      case
        when action <> 'wallet.adjusted' then 0
        when details ->> 'direction' = 'debit' then -amount
        else amount
      end as adjusted
    from (
      select
        *,
        cashback - coalesce(${moneyOf('cashback_amount_before')}, 0) as change,
        coalesce(details ->> 'cashback_status' = 'available', false) as is_available
      from (
        select
          action, resource_id, actor_type, actor_id, occurred_at, details,
          details ->> 'currency' as currency,
          coalesce(${moneyOf('cashback_amount')}, 0) as cashback,
          coalesce(${moneyOf('amount')}, 0) as amount,
          ${WAITS} as waits
        from ${records}
        where outcome = 'success' and ${isOneOf(OF_MONEY)} and details ->> 'currency' ~ '^[A-Z]{3}$'
      ) as records
    ) as read_records
  `;
}

/** Sums of moves, with the names of `report_days`. */
export const SUMS_OF_MOVES = sql`
  sum(credited) as credited,
  sum(confirmed) as confirmed,
  sum(taken_from_pending) as taken_from_pending,
  sum(taken_from_available) as taken_from_available,
  sum(paid_out) as paid_out,
  sum(paid_back) as paid_back,
  sum(adjusted) as adjusted,
  sum(
    (credited > 0)::int + (confirmed > 0)::int + (taken_from_pending > 0)::int + (taken_from_available > 0)::int
      + (paid_out > 0)::int + (paid_back > 0)::int + (adjusted <> 0)::int
  )::bigint as entries
`;

const DAY_COLUMNS = [
  'credited',
  'confirmed',
  'taken_from_pending',
  'taken_from_available',
  'paid_out',
  'paid_back',
  'adjusted',
  'entries',
  'purchases',
  'confirmed_purchases',
  'reversed_purchases',
  'pending_rewards',
  'pending_cashback',
  'available_cashback',
  'reversed_cashback',
] as const;

const MERCHANT_COLUMNS = [
  'purchases',
  'pending_cashback',
  'available_cashback',
  'reversed_cashback',
] as const;

/** What an event changes about the purchases of the day on which its purchase was recorded. */
const SUMS_OF_PURCHASES = sql`
  sum((action = 'purchase.recorded')::int)::bigint as purchases,
  sum(
    (action = 'purchase.confirmed')::int - (action = 'purchase.reversed' and from_status = 'confirmed')::int
  )::bigint as confirmed_purchases,
  sum((action = 'purchase.reversed')::int)::bigint as reversed_purchases,
  sum(
    (action = 'purchase.recorded')::int
      - (action = 'purchase.confirmed' and not waits or action = 'purchase.reward_released')::int
      - (action = 'purchase.reversed' and (waits or from_status = 'pending'))::int
  )::bigint as pending_rewards,
  sum(credited - confirmed - taken_from_pending) as pending_cashback,
  sum(confirmed - taken_from_available) as available_cashback,
  sum(case when action = 'purchase.reversed' then cashback else 0 end) as reversed_cashback
`;

const listOf = (columns: readonly string[]) => sql.join(columns.map((column) => sql.ref(column)));

const sumsOf = (columns: readonly string[]) =>
  sql.join(columns.map((column) => sql`sum(${sql.ref(column)}) as ${sql.ref(column)}`));

const added = (table: string, columns: readonly string[]) =>
  sql.join(
    columns.map(
      (column) =>
        sql`${sql.ref(column)} = ${sql.ref(`${table}.${column}`)} + ${sql.ref(`excluded.${column}`)}`,
    ),
  );

export function rollupRepository() {
  /**
   * Locks the place of the reports. Undefined while another process has it, or has brought the reports up to date within
   * `restSeconds`.
   */
  async function lockPlace(trx: Trx, restSeconds: number): Promise<Place | undefined> {
    const { rows } = await sql<{ recorded_in: string; event_id: string; present_end: string }>`
      select recorded_in, event_id, (select feed_end()) as present_end
      from report_progress
      where completed_at is null or refreshed_at is null
        or refreshed_at <= clock_timestamp() - make_interval(secs => ${restSeconds})
      for update skip locked
    `.execute(trx);
    const [row] = rows;
    return row && { recordedIn: row.recorded_in, id: row.event_id, end: row.present_end };
  }

  /**
   * Counts the next records after the place, in the order of the feed, and moves the place. Returns their number, at most
   * `limit`. Partners are counted from `partnersSince` on.
   */
  async function countNext(
    trx: Trx,
    { recordedIn, id, end }: Place,
    { limit, partnersSince }: { readonly limit: number; readonly partnersSince: Temporal.Instant },
  ): Promise<number> {
    const zeros = (columns: readonly string[]) => sql.join(columns.map(() => sql`0`));
    const [flows, cohorts] = [DAY_COLUMNS.slice(0, 8), DAY_COLUMNS.slice(8)];
    const { rows } = await sql<{ records: number }>`
      with batch as materialized (
        select recorded_in, id, occurred_at, actor_type, actor_id, action, resource_id, outcome, details
        from audit_logs
        where (recorded_in, id) > (${recordedIn}::xid8, ${id}::uuid) and recorded_in < ${end}::xid8
        order by recorded_in, id
        limit ${limit}
      ),
      moves as materialized (${movesOf(sql`batch`)}),
      sales as materialized (
        select moves.currency, (created_at at time zone 'UTC')::date as day, merchant_id, ${SUMS_OF_PURCHASES}
        from moves join purchases on purchases.id = resource_id
        where ${isOneOf(OF_PURCHASES)}
        group by 1, 2, 3
      ),
      days as (
        select currency, day, ${sumsOf(DAY_COLUMNS)}
        from (
          select currency, (occurred_at at time zone 'UTC')::date as day, ${SUMS_OF_MOVES}, ${sql.join(
            cohorts.map((column) => sql`0 as ${sql.ref(column)}`),
          )}
          from moves group by 1, 2
          union all
          select currency, day, ${zeros(flows)}, ${listOf(cohorts)} from sales
        ) as parts
        group by 1, 2
      ),
      written_days as (
        insert into report_days (currency, day, ${listOf(DAY_COLUMNS)})
        select currency, day, ${listOf(DAY_COLUMNS)} from days
        on conflict (currency, day) do update set ${added('report_days', DAY_COLUMNS)}
      ),
      written_merchants as (
        insert into report_merchants (currency, day, merchant_id, ${listOf(MERCHANT_COLUMNS)})
        select currency, day, merchant_id, ${listOf(MERCHANT_COLUMNS)} from sales
        on conflict (currency, day, merchant_id) do update set ${added('report_merchants', MERCHANT_COLUMNS)}
      ),
      written_partners as (
        insert into report_partners (hour, partner_id, reported)
        select date_trunc('hour', occurred_at, 'UTC'), actor_id, count(*)
        from moves
        where actor_type = 'partner' and actor_id is not null and occurred_at >= ${partnersSince.toString()}
          and action in ('purchase.recorded', 'purchase.matched')
        group by 1, 2
        on conflict (hour, partner_id) do update set reported = report_partners.reported + excluded.reported
      ),
      moved as (
        update report_progress set recorded_in = last.recorded_in, event_id = last.id
        from (select recorded_in, id from batch order by recorded_in desc, id desc limit 1) as last
      )
      select count(*)::int as records from batch
    `.execute(trx);
    return rows[0]?.records ?? 0;
  }

  /** Says that this process brings the reports up to date, so that others rest. */
  async function takeOn(trx: Trx): Promise<void> {
    await sql`update report_progress set refreshed_at = clock_timestamp()`.execute(trx);
  }

  /** Deletes the hours of partners before this time. */
  async function forgetPartners(trx: Trx, before: Temporal.Instant): Promise<void> {
    await sql`delete from report_partners where hour < ${before.toString()}`.execute(trx);
  }

  return { lockPlace, countNext, takeOn, forgetPartners };
}
