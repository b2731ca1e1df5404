import { sql } from 'kysely';
import type { Db, Trx } from '../../../core/database/index.ts';
import { anyOf, type RowOf } from '../../../core/database/rows.ts';
import { type FeedPosition, type RecordedEvent, START_OF_FEED } from './model.ts';
import { AUDIT_COLUMNS, toAuditLog } from './repository.ts';

export type FeedRepository = ReturnType<typeof feedRepository>;

/** What a reader of the feed has passed: `events` are those among the passed records that it asked for. */
export type Passed = {
  readonly events: readonly RecordedEvent[];
  /** The number of records, at most `limit`. */
  readonly records: number;
  /** The last record. Undefined if there was none. */
  readonly last: FeedPosition | undefined;
};

/** The first place of a transaction: no id is lower. */
const FIRST_ID = START_OF_FEED.id;

/** What is before this end of the feed never changes; see migration 0057. A subquery, so that it is computed once. */
const END = sql<string>`(select feed_end())`;

export const FEED_COLUMNS = [...AUDIT_COLUMNS, 'recorded_in'] as const;

export type FeedRow = RowOf<'audit_logs', typeof FEED_COLUMNS>;

export function feedRepository() {
  /** Reads the records after `after` that transactions before `end` have stored, in the order of the feed. */
  async function pass(
    db: Db,
    query: {
      readonly after: FeedPosition;
      readonly end: string;
      readonly types: readonly string[];
      readonly limit: number;
    },
  ): Promise<Passed> {
    const { after, end, types, limit } = query;
    const columns = sql.join(FEED_COLUMNS.map((column) => sql.ref(column)));
    type Bounds = { readonly records: number; readonly last_recorded_in: string; readonly last_id: string };
    const { rows } = await sql<Bounds & ({ id: null } | FeedRow)>`
      with passed as materialized (
        select ${columns}
        from audit_logs
        where (recorded_in, id) > (${after.recordedIn}::xid8, ${after.id}::uuid) and recorded_in < ${end}::xid8
        order by recorded_in, id
        limit ${limit}
      )
      select
        bounds.*, asked.*
      from (
        select recorded_in as last_recorded_in, id as last_id, (select count(*)::int from passed) as records
        from passed order by recorded_in desc, id desc limit 1
      ) as bounds
      left join passed as asked on outcome = 'success' and action = any (${[...types]}::text[])
      order by asked.recorded_in, asked.id
    `.execute(db);
    const [first] = rows;
    return {
      events: rows.flatMap((row) => (row.id === null ? [] : [toRecordedEvent(row)])),
      records: first?.records ?? 0,
      last: first === undefined ? undefined : { recordedIn: first.last_recorded_in, id: first.last_id },
    };
  }

  async function findEnd(db: Db): Promise<string> {
    const { rows } = await sql<{ present_end: string }>`select feed_end() as present_end`.execute(db);
    return rows[0]?.present_end ?? START_OF_FEED.recordedIn;
  }

  /** The last record before `end`. */
  async function findLast(db: Db, end: string): Promise<FeedPosition | undefined> {
    const row = await db
      .selectFrom('audit_logs')
      .select(['recorded_in', 'id'])
      .where('recorded_in', '<', end)
      .orderBy('recorded_in', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row && { recordedIn: row.recorded_in, id: row.id };
  }

  /** The place of the last record whose id is lower. */
  async function findBefore(db: Db, id: string): Promise<FeedPosition | undefined> {
    const row = await db
      .selectFrom('audit_logs')
      .select(['recorded_in', 'id'])
      .where('id', '<', id)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row && { recordedIn: row.recorded_in, id: row.id };
  }

  /** True if there is a record at this place. */
  async function isPlace(db: Db, { recordedIn, id }: FeedPosition): Promise<boolean> {
    const row = await db
      .selectFrom('audit_logs')
      .select('id')
      .where('id', '=', id)
      .where('recorded_in', '=', recordedIn)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** The events about one resource after `after`, in the order of the feed. Reads all records of the resource. */
  async function findOfResource(
    db: Db,
    query: {
      readonly resourceId: string;
      readonly after: FeedPosition;
      readonly end: string;
      readonly types: readonly string[];
      readonly limit: number;
    },
  ): Promise<readonly RecordedEvent[]> {
    const { resourceId, after, end, types, limit } = query;
    const { rows } = await sql<FeedRow>`
      select *
      from (
        select ${sql.join(FEED_COLUMNS.map((column) => sql.ref(column)))}
        from audit_logs
        where resource_id = ${resourceId} and outcome = 'success' and action = any (${[...types]}::text[])
        offset 0
      ) as own
      where (recorded_in, id) > (${after.recordedIn}::xid8, ${after.id}::uuid) and recorded_in < ${end}::xid8
      order by recorded_in, id
      limit ${limit}
    `.execute(db);
    return rows.map(toRecordedEvent);
  }

  /** All events of these types about each resource, by its id, in the order of the feed. */
  async function findHistories(
    db: Db,
    resourceIds: readonly string[],
    types: readonly string[],
  ): Promise<ReadonlyMap<string, readonly RecordedEvent[]>> {
    const rows = await db
      .selectFrom('audit_logs')
      .select(FEED_COLUMNS)
      .where('resource_id', '=', anyOf(resourceIds))
      .where('action', 'in', types)
      .where('outcome', '=', 'success')
      .orderBy('recorded_in')
      .orderBy('id')
      .execute();
    return Map.groupBy(rows.map(toRecordedEvent), ({ resourceId }) => resourceId);
  }

  /** True if the consumer has records to pass, or has no place yet. */
  async function hasMore(db: Db, consumer: string): Promise<boolean> {
    const { rows } = await sql<{ has_more: boolean }>`
      select coalesce(
        (
          select exists (
            select from audit_logs
            where (audit_logs.recorded_in, id) > (event_consumers.recorded_in, event_id)
              and audit_logs.recorded_in < ${END}
          )
          from event_consumers where name = ${consumer}
        ),
        true
      ) as has_more
    `.execute(db);
    return rows[0]?.has_more ?? true;
  }

  /** Makes the consumer known, at the present end. Changes nothing if it is known. */
  async function addConsumer(trx: Trx, consumer: string): Promise<void> {
    await sql`
      insert into event_consumers (name, recorded_in, event_id) values (${consumer}, ${END}, ${FIRST_ID})
      on conflict (name) do nothing
    `.execute(trx);
  }

  /** Returns the consumer's place, and the present end. Undefined while another process has locked it. */
  async function lockConsumer(
    trx: Trx,
    consumer: string,
  ): Promise<{ readonly after: FeedPosition; readonly end: string } | undefined> {
    const { rows } = await sql<{ recorded_in: string; event_id: string; present_end: string }>`
      select recorded_in, event_id, ${END} as present_end
      from event_consumers where name = ${consumer} for update skip locked
    `.execute(trx);
    const [row] = rows;
    if (row === undefined) return undefined;
    return { after: { recordedIn: row.recorded_in, id: row.event_id }, end: row.present_end };
  }

  async function moveConsumer(trx: Trx, consumer: string, to: FeedPosition): Promise<void> {
    await sql`
      update event_consumers set recorded_in = ${to.recordedIn}::xid8, event_id = ${to.id} where name = ${consumer}
    `.execute(trx);
  }

  /** Moves the consumer to the present end, and makes it known if it is new. Waits for a process that has locked it. */
  async function moveToEnd(trx: Trx, consumer: string): Promise<void> {
    await sql`
      insert into event_consumers (name, recorded_in, event_id) values (${consumer}, ${END}, ${FIRST_ID})
      on conflict (name) do update set recorded_in = excluded.recorded_in, event_id = excluded.event_id
      where event_consumers.recorded_in < excluded.recorded_in
    `.execute(trx);
  }

  return {
    pass,
    findEnd,
    findLast,
    findBefore,
    isPlace,
    findOfResource,
    findHistories,
    hasMore,
    addConsumer,
    lockConsumer,
    moveConsumer,
    moveToEnd,
  };
}

/** The first place after all finished transactions. */
export function endOf(end: string): FeedPosition {
  return { recordedIn: end, id: FIRST_ID };
}

export function toRecordedEvent(row: FeedRow): RecordedEvent {
  return { ...toAuditLog(row), recordedIn: row.recorded_in };
}
