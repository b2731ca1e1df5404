import { type SqlBool, sql } from 'kysely';
import { pageCounted } from '../../../core/database/counted-page.ts';
import { type Db, queueSql, type Trx } from '../../../core/database/index.ts';
import { anyOf, type RowOf } from '../../../core/database/rows.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { DisabledReason, Endpoint, Health, Replay } from './model.ts';

export type EndpointRepository = ReturnType<typeof endpointRepository>;

/** Separates this advisory lock from other advisory locks in the same database. */
const SUBSCRIPTIONS_LOCK = 2_026_112_801;

const COLUMNS = [
  'id',
  'partner_id',
  'url',
  'event_types',
  'description',
  'active',
  'disabled_reason',
  'secret',
  'previous_secret',
  'previous_secret_until',
  'failing_since',
  'last_failed_at',
  'paused_until',
  'created_at',
] as const;

type Row = RowOf<'webhook_endpoints', typeof COLUMNS>;

export function endpointRepository() {
  /** One transaction at a time decides whether a subscription is the first one, or one too many. */
  function queueLockSubscriptions(trx: Trx): void {
    queueSql(trx)`select pg_advisory_xact_lock(${SUBSCRIPTIONS_LOCK})`;
  }

  /** The number of endpoints of a partner, or of the operator. */
  async function count(trx: Trx, partnerId: string | null): Promise<number> {
    const { total } = await trx
      .selectFrom('webhook_endpoints')
      .select(sql<number>`count(*)::int`.as('total'))
      .where(sql<SqlBool>`partner_id is not distinct from ${partnerId}::uuid`)
      .where('deleted_at', 'is', null)
      .executeTakeFirstOrThrow();
    return total;
  }

  async function insert(trx: Trx, endpoint: Endpoint): Promise<void> {
    await trx
      .insertInto('webhook_endpoints')
      .values({
        id: endpoint.id,
        partner_id: endpoint.partnerId,
        url: endpoint.url,
        event_types: [...endpoint.eventTypes],
        description: endpoint.description,
        active: endpoint.active,
        secret: endpoint.signing.current,
        created_at: endpoint.createdAt.toString(),
      })
      .execute();
  }

  async function find(db: Db, id: string): Promise<Endpoint | undefined> {
    return (await findMany(db, [id]))[0];
  }

  async function findMany(db: Db, ids: readonly string[]): Promise<Endpoint[]> {
    const rows = await withIds(db, ids).where('deleted_at', 'is', null).execute();
    return rows.map(toEndpoint);
  }

  /** Also those that are deleted, until their rows are. */
  async function findEvenDeleted(db: Db, ids: readonly string[]): Promise<Endpoint[]> {
    return (await withIds(db, ids).execute()).map(toEndpoint);
  }

  const withIds = (db: Db, ids: readonly string[]) =>
    db.selectFrom('webhook_endpoints').select(COLUMNS).where('id', '=', anyOf(ids));

  async function findActive(db: Db): Promise<Endpoint[]> {
    const rows = await db
      .selectFrom('webhook_endpoints')
      .select(COLUMNS)
      .where('active', '=', true)
      .where('deleted_at', 'is', null)
      .orderBy('id')
      .execute();
    return rows.map(toEndpoint);
  }

  /** Newest first. With `partnerId`, those of that partner. */
  async function list(db: Db, partnerId: string | undefined, page: PageRequest): Promise<PageOf<Endpoint>> {
    let matching = db.selectFrom('webhook_endpoints').where('deleted_at', 'is', null);
    if (partnerId !== undefined) matching = matching.where('partner_id', '=', partnerId);
    return pageCounted(
      matching,
      (query) => query.select(COLUMNS).orderBy('id', 'desc'),
      (row: Row) => toEndpoint(row),
      page,
    );
  }

  async function lock(trx: Trx, id: string): Promise<Endpoint | undefined> {
    return (await lockMany(trx, [id]))[0];
  }

  /** Locks these endpoints, in the order of their ids. */
  async function lockMany(trx: Trx, ids: readonly string[]): Promise<Endpoint[]> {
    const rows = await trx
      .selectFrom('webhook_endpoints')
      .select(COLUMNS)
      .where('id', '=', anyOf(ids))
      .where('deleted_at', 'is', null)
      .orderBy('id')
      .forNoKeyUpdate()
      .execute();
    return rows.map(toEndpoint);
  }

  /** Locks up to `limit` endpoints with a secret that is not encrypted with this key. */
  async function lockEncryptedOtherwise(trx: Trx, keyId: string, limit: number): Promise<Endpoint[]> {
    const rows = await trx
      .selectFrom('webhook_endpoints')
      .select(COLUMNS)
      .where('deleted_at', 'is', null)
      .where(
        sql<SqlBool>`(split_part(secret, '.', 1) <> ${keyId} or split_part(previous_secret, '.', 1) <> ${keyId})`,
      )
      .orderBy('id')
      .limit(limit)
      .forNoKeyUpdate()
      .execute();
    return rows.map(toEndpoint);
  }

  async function update(trx: Trx, endpoint: Endpoint): Promise<void> {
    await trx
      .updateTable('webhook_endpoints')
      .set({
        url: endpoint.url,
        event_types: [...endpoint.eventTypes],
        description: endpoint.description,
        active: endpoint.active,
        disabled_reason: endpoint.disabledReason,
        secret: endpoint.signing.current,
        previous_secret: endpoint.signing.previous,
        previous_secret_until: endpoint.signing.previousUntil?.toString() ?? null,
        ...healthColumns(endpoint.health),
      })
      .where('id', '=', endpoint.id)
      .execute();
  }

  /** Forgets the secrets at once. Deliveries and row are deleted later, in batches. */
  async function markDeleted(trx: Trx, id: string, now: Temporal.Instant): Promise<void> {
    await trx
      .updateTable('webhook_endpoints')
      .set({
        active: false,
        secret: null,
        previous_secret: null,
        previous_secret_until: null,
        replay_after: null,
        replay_until: null,
        deleted_at: now.toString(),
      })
      .where('id', '=', id)
      .execute();
  }

  /** Deletes endpoints that were deleted by their owners and have no deliveries left. Returns their number. */
  async function purge(trx: Trx): Promise<number> {
    const { rows } = await sql`
      delete from webhook_endpoints
      where deleted_at is not null
        and not exists (select from webhook_deliveries where endpoint_id = webhook_endpoints.id)
      returning id
    `.execute(trx);
    return rows.length;
  }

  /** A replay that is under way is widened. */
  async function startReplay(trx: Trx, id: string, { after, until }: Replay): Promise<void> {
    await sql`
      update webhook_endpoints
      set replay_after = least(replay_after, ${after}::uuid), replay_until = ${until}::uuid
      where id = ${id}
    `.execute(trx);
  }

  /** Locks an endpoint with a replay that no other process is at. */
  async function lockReplay(
    trx: Trx,
  ): Promise<{ readonly endpoint: Endpoint; readonly replay: Replay } | undefined> {
    const row = await trx
      .selectFrom('webhook_endpoints')
      .select([...COLUMNS, 'replay_after', 'replay_until'])
      .where('replay_after', 'is not', null)
      .where('active', '=', true)
      .orderBy('id')
      .limit(1)
      .forNoKeyUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const replay = { after: row.replay_after ?? '', until: row.replay_until ?? '' };
    return { endpoint: toEndpoint(row), replay };
  }

  /** Null ends the replay. */
  async function moveReplay(trx: Trx, id: string, after: string | null): Promise<void> {
    await trx
      .updateTable('webhook_endpoints')
      .set({ replay_after: after, ...(after === null && { replay_until: null }) })
      .where('id', '=', id)
      .execute();
  }

  return {
    queueLockSubscriptions,
    count,
    insert,
    find,
    findMany,
    findEvenDeleted,
    findActive,
    list,
    lock,
    lockMany,
    lockEncryptedOtherwise,
    update,
    markDeleted,
    purge,
    startReplay,
    lockReplay,
    moveReplay,
  };
}

function healthColumns({ failingSince, lastFailedAt, pausedUntil }: Health) {
  return {
    failing_since: failingSince?.toString() ?? null,
    last_failed_at: lastFailedAt?.toString() ?? null,
    paused_until: pausedUntil?.toString() ?? null,
  };
}

function toEndpoint(row: Row): Endpoint {
  return {
    id: row.id,
    partnerId: row.partner_id,
    url: row.url,
    eventTypes: row.event_types,
    description: row.description,
    active: row.active,
    disabledReason: row.disabled_reason as DisabledReason | null,
    signing: {
      current: row.secret,
      previous: row.previous_secret,
      previousUntil: row.previous_secret_until,
    },
    health: {
      failingSince: row.failing_since,
      lastFailedAt: row.last_failed_at,
      pausedUntil: row.paused_until,
    },
    createdAt: row.created_at,
  };
}
