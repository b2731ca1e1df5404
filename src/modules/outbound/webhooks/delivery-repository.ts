import { sql } from 'kysely';
import type { Db, Trx } from '../../../core/database/index.ts';
import { totalOf } from '../../../core/database/newest-first.ts';
import type { RowOf } from '../../../core/database/rows.ts';
import { firstIdAt } from '../../../core/id.ts';
import { type PageOf, type PageRequest, pageOf } from '../../../core/page.ts';
import type {
  Attempt,
  AttemptResult,
  Delivery,
  DeliveryStatus,
  NewDelivery,
  TakenDelivery,
} from './model.ts';

export type DeliveryRepository = ReturnType<typeof deliveryRepository>;

/**
 * A taken delivery belongs to its process for this long. Longer than an attempt and the recording of its result take, and
 * short enough that another process takes over the work of a killed one within 30 seconds.
 */
const LEASE = sql`interval '20 seconds'`;

/** Requests at a time, per endpoint. One that fails or hangs gets few, so that it fills no process. */
const IN_FLIGHT = 16;
const IN_FLIGHT_WHILE_FAILING = 4;

/** Attempts that a delivery keeps. */
const KEPT_ATTEMPTS = 20;

const COLUMNS = ['endpoint_id', 'id', 'event_type', 'status', 'due_at', 'attempts', 'created_at'] as const;

type Row = RowOf<'webhook_deliveries', typeof COLUMNS>;

type TakenRow = { endpoint_id: string; id: string; event_type: string; attempted: number };

export function deliveryRepository() {
  /** Adds deliveries that are due now. An event that the endpoint has a delivery of is left alone. */
  async function insert(trx: Trx, deliveries: readonly NewDelivery[], now: Temporal.Instant): Promise<void> {
    await add(trx, deliveries, now, sql`on conflict do nothing`);
  }

  /** Adds deliveries that are due now. One that exists is due again, with all attempts before it. */
  async function insertAgain(
    trx: Trx,
    deliveries: readonly NewDelivery[],
    now: Temporal.Instant,
  ): Promise<void> {
    await add(
      trx,
      deliveries,
      now,
      sql`
        on conflict (endpoint_id, id) do update
        set status = 'pending', due_at = excluded.due_at, attempted = 0
      `,
    );
  }

  async function add(
    trx: Trx,
    deliveries: readonly NewDelivery[],
    now: Temporal.Instant,
    onConflict: ReturnType<typeof sql>,
  ): Promise<void> {
    if (deliveries.length === 0) return;
    await sql`
      insert into webhook_deliveries (endpoint_id, id, event_type, status, due_at, created_at)
      select endpoint_id, id, event_type, 'pending', ${now.toString()}::timestamptz, ${now.toString()}::timestamptz
      from unnest(
        ${deliveries.map(({ endpointId }) => endpointId)}::uuid[],
        ${deliveries.map(({ eventId }) => eventId)}::uuid[],
        ${deliveries.map(({ eventType }) => eventType)}::text[]
      ) as given (endpoint_id, id, event_type)
      order by endpoint_id, id
      ${onConflict}
    `.execute(trx);
  }

  /**
   * Locks the endpoints that have something due and that no other process is taking from. The locks keep the count of
   * requests in flight right.
   */
  async function lockDueEndpoints(trx: Trx, now: Temporal.Instant): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      select id from webhook_endpoints
      where active
        and (paused_until is null or paused_until <= ${now.toString()}::timestamptz)
        and not exists (select from partners where partners.id = partner_id and not partners.active)
        and exists (
          select from webhook_deliveries
          where endpoint_id = webhook_endpoints.id and status = 'pending' and due_at <= ${now.toString()}::timestamptz
        )
      for no key update skip locked
    `.execute(trx);
    return rows.map(({ id }) => id);
  }

  /**
   * Takes what is due at these locked endpoints, up to `limit` in all: first one of each, then a second one of each, so
   * that a long queue delays no short one.
   */
  async function take(
    trx: Trx,
    endpointIds: readonly string[],
    limit: number,
    now: Temporal.Instant,
  ): Promise<TakenDelivery[]> {
    const { rows } = await sql<TakenRow>`
      with open as (
        select
          id as open_id,
          case when failing_since is null then ${IN_FLIGHT}::int else ${IN_FLIGHT_WHILE_FAILING}::int end
            - (
              select count(*)::int from webhook_deliveries
              where endpoint_id = webhook_endpoints.id and taken_until > now()
            ) as room
        from webhook_endpoints
        where id = any(${endpointIds}::uuid[])
      ),
      due as (
        select endpoint_id, id
        from open
        cross join lateral (
          select endpoint_id, id, row_number() over (order by due_at) as place
          from (
            select endpoint_id, id, due_at from webhook_deliveries
            where endpoint_id = open_id
              and status = 'pending'
              and due_at <= ${now.toString()}::timestamptz
              and (taken_until is null or taken_until <= now())
            order by due_at
            limit greatest(room, 0)
          ) as first
        ) as placed
        order by place
        limit ${limit}
      )
      update webhook_deliveries set taken_until = now() + ${LEASE}
      from due
      where webhook_deliveries.endpoint_id = due.endpoint_id
        and webhook_deliveries.id = due.id
        and webhook_deliveries.status = 'pending'
      returning webhook_deliveries.endpoint_id, webhook_deliveries.id, event_type, attempted
    `.execute(trx);
    return rows.map((row) => ({
      endpointId: row.endpoint_id,
      eventId: row.id,
      eventType: row.event_type,
      attempted: row.attempted,
    }));
  }

  /** Records attempts. One that comes late, when another process has delivered the event, changes nothing. */
  async function recordResults(trx: Trx, results: readonly AttemptResult[]): Promise<void> {
    await sql`
      update webhook_deliveries
      set status = given.status,
        due_at = given.due_at,
        attempted = given.attempted,
        taken_until = null,
        attempts = case
          when jsonb_array_length(attempts) < ${KEPT_ATTEMPTS}::int then attempts else attempts - 0
        end || given.attempt
      from unnest(
        ${results.map(({ delivery }) => delivery.endpointId)}::uuid[],
        ${results.map(({ delivery }) => delivery.eventId)}::uuid[],
        ${results.map(({ verdict }) => verdict.status)}::webhook_delivery_status[],
        ${results.map(({ verdict }) => verdict.dueAt?.toString() ?? null)}::timestamptz[],
        ${results.map(({ delivery }) => delivery.attempted + 1)}::integer[],
        ${results.map(({ attempt }) => JSON.stringify(attempt))}::jsonb[]
      ) as given (endpoint_id, id, status, due_at, attempted, attempt)
      where webhook_deliveries.endpoint_id = given.endpoint_id
        and webhook_deliveries.id = given.id
        and webhook_deliveries.status = 'pending'
    `.execute(trx);
  }

  /** Gives back what this process has taken and will not attempt. */
  async function release(trx: Trx, { endpointId, eventId }: TakenDelivery): Promise<void> {
    await sql`
      update webhook_deliveries set taken_until = null
      where endpoint_id = ${endpointId} and id = ${eventId} and status = 'pending'
    `.execute(trx);
  }

  async function find(db: Db, endpointId: string, eventId: string): Promise<Delivery | undefined> {
    const row = await db
      .selectFrom('webhook_deliveries')
      .select(COLUMNS)
      .where('endpoint_id', '=', endpointId)
      .where('id', '=', eventId)
      .executeTakeFirst();
    return row && toDelivery(row);
  }

  /** Newest event first. The cursor is the id of the event. */
  async function list(
    db: Db,
    endpointId: string,
    status: DeliveryStatus | undefined,
    page: PageRequest,
  ): Promise<PageOf<Delivery>> {
    const ofStatus = status === undefined ? sql`` : sql`and status = ${status}`;
    const fromCursor = page.after === undefined ? sql`` : sql`and id < ${page.after}`;
    const matching = sql`from webhook_deliveries where endpoint_id = ${endpointId} ${ofStatus}`;
    const { rows } = await sql<Row>`
      select ${sql.join(COLUMNS.map((column) => sql.ref(column)))} ${matching} ${fromCursor}
      order by id desc
      limit ${page.limit + 1}
      offset ${page.offset}
    `.execute(db);
    const counted = await totalOf(
      db,
      {
        atMost: (limit) => sql`select id ${matching} limit ${limit}`,
        all: sql`select ${matching}`,
        onlyGrows: false,
      },
      rows,
      page,
    );
    const { items, nextKey } = pageOf(rows, counted.total, page, ({ id }) => id);
    return { items: items.map(toDelivery), nextKey, ...counted };
  }

  /** How long the delivery has been due that has been due longest, in seconds. 0 if nothing is due. */
  async function oldestDue_s(db: Db, now: Temporal.Instant): Promise<number> {
    const { rows } = await sql<{ seconds: number | null }>`
      select extract(epoch from ${now.toString()}::timestamptz - min(first.due_at))::float8 as seconds
      from webhook_endpoints
      cross join lateral (
        select due_at from webhook_deliveries
        where endpoint_id = webhook_endpoints.id and status = 'pending'
        order by due_at
        limit 1
      ) as first
      where active
    `.execute(db);
    return Math.max(0, rows[0]?.seconds ?? 0);
  }

  /** Deletes up to `limit` deliveries of events before this time, or of deleted endpoints. Returns their number. */
  async function purge(trx: Trx, before: Temporal.Instant, limit: number): Promise<number> {
    const { rows } = await sql`
      delete from webhook_deliveries
      where (endpoint_id, id) in (
        select old.endpoint_id, old.id
        from webhook_endpoints
        cross join lateral (
          select endpoint_id, id from webhook_deliveries
          where endpoint_id = webhook_endpoints.id
            and (webhook_endpoints.deleted_at is not null or id < ${firstIdAt(before)}::uuid)
          order by id
          limit ${limit}
        ) as old
        limit ${limit}
      )
      returning id
    `.execute(trx);
    return rows.length;
  }

  return {
    insert,
    insertAgain,
    lockDueEndpoints,
    take,
    recordResults,
    release,
    find,
    list,
    oldestDue_s,
    purge,
  };
}

function toDelivery(row: Row): Delivery {
  return {
    endpointId: row.endpoint_id,
    eventId: row.id,
    eventType: row.event_type,
    status: row.status,
    dueAt: row.due_at,
    attempts: row.attempts as unknown as Attempt[],
    createdAt: row.created_at,
  };
}
