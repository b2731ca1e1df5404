import { type RawBuilder, sql } from 'kysely';
import type { Db, Trx } from '../../../core/database/index.ts';
import { firstIdAt } from '../../../core/id.ts';
import { movesOf, SUMS_OF_MOVES } from './rollup-repository.ts';

/* What wallets, payouts and purchases are, rather than what happened to them: read in one snapshot, and stored. */

export type StatesRepository = ReturnType<typeof statesRepository>;

/** A row of `report_states`. Amounts are decimals. */
export type StateRow = { readonly currency: string } & { readonly [column: string]: unknown };

/** A row of `report_overdue`. */
export type OverdueRow = {
  readonly currency: string;
  readonly day: string;
  readonly blocked_by: string;
  readonly purchases: bigint;
  readonly cashback: string;
  readonly since: Temporal.Instant;
};

export type ReadStates = {
  readonly states: readonly StateRow[];
  /** The time of the oldest event that the snapshot has and the end of the feed does not. Null if there is none. */
  readonly uncountedSince: Temporal.Instant | null;
};

/** In the order of `report_states`. */
const STATE_COLUMNS = {
  currency: 'text',
  wallets: 'bigint',
  pending: 'numeric',
  available: 'numeric',
  available_owed: 'numeric',
  paid: 'numeric',
  owed_wallets: 'bigint',
  withdrawable: 'numeric',
  withdrawable_wallets: 'bigint',
  below_zero: 'numeric',
  below_zero_wallets: 'bigint',
  payouts_due: 'numeric',
  payouts_due_count: 'bigint',
  payouts_due_since: 'timestamptz',
  held: 'numeric',
  held_purchases: 'bigint',
  held_since: 'timestamptz',
  given: 'numeric',
  entries: 'bigint',
} as const;

const OVERDUE_COLUMNS = {
  currency: 'text',
  day: 'date',
  blocked_by: 'text',
  purchases: 'bigint',
  cashback: 'numeric',
  since: 'timestamptz',
} as const;

/** The present reward of `purchases`, in their currency. */
const REWARD = sql`
  case when purchases.revision = 0
    then (select amount from cashback_transactions where purchase_id = purchases.id)
    else (
      select reward from purchase_revisions where purchase_id = purchases.id and seq = purchases.revision
    )
  end
`;

/** True if the source has not decided about each line of the order: the latest lines, as `presentLines` finds them. */
const HAS_PENDING_LINE = sql`
  coalesce(
    (
      select lines from purchase_revisions
      where purchases.revision > 0 and purchase_id = purchases.id and lines is not null order by seq desc limit 1
    ),
    (select lines from purchase_details where purchase_id = purchases.id)
  ) @? '$[*] ? (@.status == "pending")'
`;

/** What the platform gave, less what it took back. */
const GIVEN = sql`credited - taken_from_pending - taken_from_available + adjusted`;

export function statesRepository() {
  /**
   * Reads the states of all currencies that have a wallet.
   * @param minimums the least payout in each currency, as a decimal.
   */
  async function readStates(snapshot: Db, minimums: ReadonlyMap<string, string>): Promise<ReadStates> {
    await useIndexes(snapshot);
    const { uncountedSince, journal } = await readJournal(snapshot);
    const due = await sql<StateRow>`
      select currency::text as currency, sum(amount)::text as payouts_due, count(*) as payouts_due_count,
        min(requested_at) as payouts_due_since
      from payouts where status in ('requested', 'processing') group by currency
    `.execute(snapshot);
    const held = await sql<StateRow>`
      select currency::text as currency, sum(${REWARD})::text as held, count(*) as held_purchases,
        min((select held_at from purchase_holds where purchase_id = purchases.id)) as held_since
      from purchases where held group by currency
    `.execute(snapshot);
    await sql`select set_config('enable_seqscan', 'on', true), set_config('enable_hashjoin', 'on', true)`.execute(
      snapshot,
    );
    const wallets = await sql<StateRow>`
      select
        wallets.currency::text as currency,
        count(*) as wallets,
        sum(pending)::text as pending,
        sum(available)::text as available,
        sum(greatest(available, 0))::text as available_owed,
        sum(paid)::text as paid,
        count(*) filter (where pending > 0 or available > 0) as owed_wallets,
        sum(available) filter (where available > 0 and available >= minimum)::text as withdrawable,
        count(*) filter (where available > 0 and available >= minimum) as withdrawable_wallets,
        (-sum(available) filter (where available < 0))::text as below_zero,
        count(*) filter (where available < 0) as below_zero_wallets
      from wallets left join (
        select unnest(${[...minimums.keys()]}::text[]) as currency, unnest(${[...minimums.values()]}::numeric[]) as minimum
      ) as minimums on minimums.currency = wallets.currency
      group by wallets.currency
    `.execute(snapshot);
    const [given, payouts, reviews] = [journal, due.rows, held.rows].map(
      (rows) => new Map(rows.map((row) => [row.currency, row])),
    );
    const states = wallets.rows.map((row) => ({
      ...row,
      ...given?.get(row.currency),
      ...payouts?.get(row.currency),
      ...reviews?.get(row.currency),
    }));
    return { states, uncountedSince };
  }

  /** What the audit log says of the journal: the days that are counted, and the events that are not counted yet. */
  async function readJournal(snapshot: Db) {
    const place = await snapshot
      .selectFrom('report_progress')
      .select(['recorded_in', 'event_id'])
      .executeTakeFirstOrThrow();
    const { rows } = await sql<StateRow & { readonly since: Temporal.Instant | null }>`
      with uncounted as materialized (
        select * from audit_logs
        where (recorded_in, id) > (${place.recorded_in}::xid8, ${place.event_id}::uuid)
        order by recorded_in, id
      )
      select currency, sum(given)::text as given, sum(entries)::bigint as entries,
        (select min(occurred_at) from uncounted) as since
      from (
        select currency::text as currency, ${GIVEN} as given, entries from report_days
        union all
        select currency, ${GIVEN}, entries
        from (select currency, ${SUMS_OF_MOVES} from (${movesOf(sql`uncounted`)}) as moves group by currency) as later
      ) as parts
      group by currency
    `.execute(snapshot);
    return {
      uncountedSince: rows[0]?.since ?? null,
      journal: rows.map(({ since: _, ...row }) => row),
    };
  }

  /**
   * Purchases that are pending beyond their days and are not held, each with the first of what blocks it. Reads each of them
   * by an index: they are few unless the flag or a merchant is off.
   */
  async function readOverdue(
    snapshot: Db,
    given: { readonly now: Temporal.Instant; readonly defaultDays: number; readonly flag: string },
  ): Promise<readonly OverdueRow[]> {
    const { now, defaultDays, flag } = given;
    const days = Array.from({ length: MOST_DAYS + 1 }, (_, count) => count);
    const bounds = days.map((count) =>
      firstIdAt(now.subtract({ hours: 24 * count }).add({ milliseconds: 1 })),
    );
    const setting = (scope: RawBuilder<unknown>) =>
      sql`(select enabled from feature_flags where key = ${flag} and ${scope})`;
    await useIndexes(snapshot);
    const { rows } = await sql<OverdueRow>`
      select
        purchases.currency::text as currency,
        (purchases.created_at at time zone 'UTC')::date as day,
        case
          when not shops.active then 'merchant_inactive'
          when not users.active then 'user_inactive'
          when not coalesce(${setting(sql`user_id = purchases.user_id`)}, shops.enabled) then 'switched_off'
          when ${HAS_PENDING_LINE} then 'pending_lines'
          else 'none'
        end as blocked_by,
        count(*) as purchases,
        sum(${REWARD})::text as cashback,
        min(purchases.created_at) as since
      from (
        select
          merchants.id, merchants.active, bounds.id as before_id,
          coalesce(
            ${setting(sql`merchant_id = merchants.id`)},
            ${setting(sql`merchant_id is null and user_id is null`)},
            true
          ) as enabled
        from merchants join (
          select unnest(${days}::int[]) as days, unnest(${bounds}::uuid[]) as id
        ) as bounds on bounds.days = coalesce(confirmation_days, ${defaultDays})
        offset 0
      ) as shops
      join purchases on merchant_id = shops.id and status = 'pending' and not held and purchases.id < shops.before_id
      join users on users.id = purchases.user_id
      group by 1, 2, 3
    `.execute(snapshot);
    return rows;
  }

  async function storeStates(trx: Trx, states: readonly StateRow[]): Promise<void> {
    const columns = Object.keys(STATE_COLUMNS);
    await sql`
      insert into report_states (${listOf(columns)})
      select * from ${rowsOf(
        STATE_COLUMNS,
        states.map((state) => ({ ...NO_STATE, ...withoutNulls(state) })),
      )}
      on conflict (currency) do update set ${sql.join(
        columns.map((column) => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`),
      )}
    `.execute(trx);
  }

  async function storeOverdue(trx: Trx, overdue: readonly OverdueRow[]): Promise<void> {
    await sql`delete from report_overdue`.execute(trx);
    await sql`
      insert into report_overdue (${listOf(Object.keys(OVERDUE_COLUMNS))})
      select * from ${rowsOf(OVERDUE_COLUMNS, overdue)}
    `.execute(trx);
  }

  /** Says until when the reports have counted all that happened. They are complete from now on. */
  async function storeAsOf(trx: Trx, asOf: Temporal.Instant): Promise<void> {
    await sql`
      update report_progress
      set as_of = ${asOf.toString()}, completed_at = coalesce(completed_at, ${asOf.toString()})
    `.execute(trx);
  }

  return { readStates, readOverdue, storeStates, storeOverdue, storeAsOf };
}

/** For what finds few of millions of rows: a snapshot prefers to read whole tables. */
async function useIndexes(snapshot: Db): Promise<void> {
  await sql`
    select set_config('enable_nestloop', 'on', true), set_config('enable_seqscan', 'off', true),
      set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)
  `.execute(snapshot);
}

/** The most that a merchant may take to confirm: a constraint has the same number. */
const MOST_DAYS = 365;

/** Of a currency in which nothing is of this kind. */
const NO_STATE = Object.fromEntries(
  Object.entries(STATE_COLUMNS).flatMap(([column, type]) => (type === 'timestamptz' ? [] : [[column, 0]])),
);

function withoutNulls(row: StateRow): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}

const listOf = (columns: readonly string[]) => sql.join(columns.map((column) => sql.ref(column)));

function rowsOf(
  columns: Readonly<Record<string, string>>,
  rows: readonly { readonly [column: string]: unknown }[],
): RawBuilder<unknown> {
  const arrays = Object.entries(columns).map(
    ([name, type]) => sql`${rows.map((row) => textOf(row[name]))}::${sql.raw(type)}[]`,
  );
  return sql`unnest(${sql.join(arrays)}) as given`;
}

function textOf(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
