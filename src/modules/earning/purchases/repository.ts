import { sql } from 'kysely';
import { bulkInsert, bulkUpdate } from '../../../core/database/bulk.ts';
import { type Db, type Trx, violates } from '../../../core/database/index.ts';
import { pageNewestFirst } from '../../../core/database/newest-first.ts';
import { anyOf, type RowOf } from '../../../core/database/rows.ts';
import { firstIdAt } from '../../../core/id.ts';
import { formatMoney, moneyFromNumeric } from '../../../core/money.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import { selectionOf } from './filter-repository.ts';
import {
  type DuePurchase,
  type DueWindow,
  type ExternalKey,
  PLATFORM,
  type Purchase,
  type PurchaseFilter,
} from './model.ts';

export type PurchaseRepository = ReturnType<typeof purchaseRepository>;

export type PurchaseRow = RowOf<'purchases', typeof COLUMNS>;

const COLUMNS = [
  'id',
  'partner_id',
  'namespace',
  'external_id',
  'user_id',
  'merchant_id',
  'offer_id',
  'amount',
  'currency',
  'purchased_at',
  'status',
  'held',
  'created_at',
  'confirmed_at',
  'reversed_at',
  'reversal_reason',
  'release_queue',
  'released_at',
  'revision',
  'order_key',
] as const;

type DueRow = RowOf<'purchases', ['id', 'merchant_id', 'user_id', 'created_at', 'revision']>;

/** Lower than every id. */
export const NO_ID = '00000000-0000-0000-0000-000000000000';

/**
 * Fails (see `isLostRace`) if another transaction has recorded one of the external ids since the caller's lookup. If one is
 * being recorded, waits for it. Inserts in one order, to prevent deadlocks between two lists.
 */
const queueInsert = bulkInsert<Purchase>(
  'purchases',
  {
    id: ['uuid', ({ id }) => id],
    partner_id: ['uuid', ({ partnerId }) => partnerId],
    namespace: ['uuid', storedNamespace],
    external_id: ['text', ({ externalId }) => externalId],
    user_id: ['uuid', ({ userId }) => userId],
    merchant_id: ['uuid', ({ merchantId }) => merchantId],
    offer_id: ['uuid', ({ offerId }) => offerId],
    amount: ['numeric', ({ amount, currency }) => formatMoney(amount, currency)],
    currency: ['text', ({ currency }) => currency],
    purchased_at: ['timestamptz', ({ purchasedAt }) => purchasedAt.toString()],
    status: ['purchase_status', ({ status }) => status],
    held: ['boolean', ({ held }) => held],
    created_at: ['timestamptz', ({ createdAt }) => createdAt.toString()],
    order_key: ['text', ({ orderKey }) => orderKey],
  },
  'order by external_id, namespace',
);

/** Writes status, times, reason and queue of settled purchases, and ends their holds. The caller must have locked them. */
const queueUpdateSettled = bulkUpdate<Purchase>(
  'purchases',
  ['id'],
  {
    id: ['uuid', ({ id }) => id],
    status: ['purchase_status', ({ status }) => status],
    confirmed_at: ['timestamptz', ({ confirmedAt }) => confirmedAt?.toString() ?? null],
    reversed_at: ['timestamptz', ({ reversedAt }) => reversedAt?.toString() ?? null],
    reversal_reason: ['reversal_reason', ({ reversalReason }) => reversalReason],
    release_queue: ['uuid', ({ releaseQueue }) => releaseQueue],
    released_at: ['timestamptz', ({ releasedAt }) => releasedAt?.toString() ?? null],
  },
  { set: 'held = false' },
);

/** Of pending purchases that the caller has locked, and whose holds it opens or ends. */
const queueHold = bulkUpdate<Purchase>('purchases', ['id'], {
  id: ['uuid', ({ id }) => id],
  held: ['boolean', ({ held }) => held],
});

/** Of purchases that the caller has locked and whose revisions it has inserted. */
const queueUpdateRevision = bulkUpdate<Purchase>('purchases', ['id'], {
  id: ['uuid', ({ id }) => id],
  revision: ['integer', ({ revision }) => revision],
});

export function purchaseRepository() {
  /** True if `queueInsert` failed because another transaction was first. A second lookup finds the purchase. */
  function isLostRace(error: unknown): boolean {
    return violates(error, 'purchases_external_id_key');
  }

  /** One index lookup per key: `limit` excludes every other plan. */
  async function findByExternalKeys(db: Db, keys: readonly ExternalKey[]): Promise<Purchase[]> {
    const { rows } = await sql<PurchaseRow>`
      select ${columnsOf('found')}
      from (
        select
          unnest(${keys.map(({ namespace }) => namespace)}::uuid[]) as namespace,
          unnest(${keys.map(({ externalId }) => externalId)}::text[]) as external_id
      ) as key
      cross join lateral (
        select * from purchases
        where external_id = key.external_id
          and coalesce(namespace, partner_id, ${sql.lit(PLATFORM)}) = key.namespace
        limit 1
      ) as found
    `.execute(db);
    return rows.map(toPurchase);
  }

  async function findAll(db: Db, ids: readonly string[]): Promise<Purchase[]> {
    const rows = await db.selectFrom('purchases').select(COLUMNS).where('id', '=', anyOf(ids)).execute();
    return rows.map(toPurchase);
  }

  async function find(db: Db, id: string): Promise<Purchase | undefined> {
    const row = await db.selectFrom('purchases').select(COLUMNS).where('id', '=', id).executeTakeFirst();
    return row && toPurchase(row);
  }

  /** Locks the existing purchases until the transaction ends, in the order of their ids. */
  async function lock(trx: Trx, ids: readonly string[]): Promise<Purchase[]> {
    const rows = await trx
      .selectFrom('purchases')
      .select(COLUMNS)
      .where('id', '=', anyOf(ids))
      .orderBy('id')
      .forNoKeyUpdate()
      .execute();
    return rows.map(toPurchase);
  }

  /**
   * Returns the pending purchases in the windows that are not held for review, in the order of merchant and id (age).
   * Starts after the purchase `after`. Reads only the first `perMerchant` purchases of each merchant from the index.
   */
  async function findDue(
    db: Db,
    windows: readonly DueWindow[],
    options: {
      readonly after?: Pick<DuePurchase, 'id' | 'merchantId'> | undefined;
      readonly limit: number;
      readonly perMerchant?: number;
    },
  ): Promise<DuePurchase[]> {
    const { after, limit, perMerchant = limit } = options;
    const ahead = windows.filter(({ merchantId }) => after === undefined || merchantId >= after.merchantId);
    const isBegun = ({ merchantId }: DueWindow) => merchantId === after?.merchantId;
    const { rows } = await sql<DueRow>`
      select due.*
      from unnest(
        ${ahead.map(({ merchantId }) => merchantId)}::uuid[],
        ${ahead.map((window) => (isBegun(window) ? after?.id : NO_ID))}::uuid[],
        ${ahead.map(({ recordedUntil }) => firstIdAt(recordedUntil.add({ milliseconds: 1 })))}::uuid[]
      ) with ordinality as merchant (id, after_id, end_id, position)
      cross join lateral (
        select id, merchant_id, user_id, created_at, revision
        from purchases
        where merchant_id = merchant.id
          and status = 'pending'
          and not held
          and id > merchant.after_id
          and id < merchant.end_id
        order by id nulls first
        limit ${perMerchant}
      ) as due
      order by merchant.position, due.id
      limit ${limit}
    `.execute(db);
    return rows.map((row) => ({
      id: row.id,
      merchantId: row.merchant_id,
      userId: row.user_id,
      createdAt: row.created_at,
      revision: row.revision,
    }));
  }

  /**
   * Locks the purchases that are still pending and not held for review. Skips purchases that another transaction has
   * locked: that transaction settles them, or the next run does.
   */
  async function lockDue(trx: Trx, ids: readonly string[]): Promise<Purchase[]> {
    const rows = await trx
      .selectFrom('purchases')
      .select(COLUMNS)
      .where('id', '=', anyOf(ids))
      .where('status', '=', 'pending')
      .where('held', '=', false)
      .orderBy('id')
      .forNoKeyUpdate()
      .skipLocked()
      .execute();
    return rows.map(toPurchase);
  }

  /** The purchases of these users at these merchants that were made in a calendar month (UTC) and are not reversed. */
  async function findLive(
    db: Db,
    months: readonly {
      readonly userId: string;
      readonly merchantId: string;
      /** The first day of the month. */
      readonly month: string;
    }[],
  ): Promise<Purchase[]> {
    const { rows } = await sql<PurchaseRow>`
      select distinct on (id) ${columnsOf('live')}
      from (
        select
          unnest(${months.map(({ userId }) => userId)}::uuid[]) as user_id,
          unnest(${months.map(({ merchantId }) => merchantId)}::uuid[]) as merchant_id,
          unnest(${months.map(({ month }) => month)}::date[])::timestamp as start
      ) as month
      cross join unnest(array['pending', 'confirmed']::purchase_status[]) as each (status)
      cross join lateral (
        select * from purchases
        where user_id = month.user_id and status = each.status and merchant_id = month.merchant_id
          and purchased_at >= month.start at time zone 'UTC'
          and purchased_at < (month.start + interval '1 month') at time zone 'UTC'
      ) as live
      order by id
    `.execute(db);
    return rows.map(toPurchase);
  }

  /** Locks those of the purchases that no other transaction has locked, without waiting. */
  async function lockFree(trx: Trx, ids: readonly string[]): Promise<Purchase[]> {
    if (ids.length === 0) return [];
    const rows = await trx
      .selectFrom('purchases')
      .select(COLUMNS)
      .where('id', '=', anyOf(ids))
      .orderBy('id')
      .forNoKeyUpdate()
      .skipLocked()
      .execute();
    return rows.map(toPurchase);
  }

  /** The caller must have locked the purchase. */
  async function endHold(trx: Trx, id: string): Promise<void> {
    await trx.updateTable('purchases').set({ held: false }).where('id', '=', id).execute();
  }

  /** Newest first: pending purchases that are not held and were recorded after `after`. */
  async function findPending(
    db: Db,
    { after, limit }: { readonly after: string; readonly limit: number },
  ): Promise<Purchase[]> {
    const rows = await db
      .selectFrom('purchases')
      .select(COLUMNS)
      .where('status', '=', 'pending')
      .where('held', '=', false)
      .where('id', '>', after)
      .orderBy('id', (order) => order.desc().nullsLast())
      .limit(limit)
      .execute();
    return rows.map(toPurchase);
  }

  /** Newest first. The cursor is the id, which contains the millisecond of `created_at`. */
  async function list(db: Db, filter: PurchaseFilter, page: PageRequest): Promise<PageOf<Purchase>> {
    const list = { table: 'purchases', columns: COLUMNS, ...selectionOf(filter) } as const;
    return pageNewestFirst(db, list, toPurchase, page);
  }

  return {
    queueInsert,
    isLostRace,
    findByExternalKeys,
    find,
    findAll,
    lock,
    findDue,
    lockDue,
    findLive,
    lockFree,
    endHold,
    findPending,
    queueHold,
    queueUpdateSettled,
    queueUpdateRevision,
    list,
  };
}

export function columnsOf(table: string) {
  return sql.join(COLUMNS.map((column) => sql.ref(`${table}.${column}`)));
}

/** Null for most: the namespace is then the partner, or the platform. */
function storedNamespace({ namespace, partnerId }: Purchase): string | null {
  return namespace === (partnerId ?? PLATFORM) ? null : namespace;
}

/** As it was recorded: `present` adds what its revisions changed. */
export function toPurchase(row: PurchaseRow): Purchase {
  const amount = moneyFromNumeric(row.amount, row.currency);
  return {
    id: row.id,
    partnerId: row.partner_id,
    namespace: row.namespace ?? row.partner_id ?? PLATFORM,
    externalId: row.external_id,
    userId: row.user_id,
    merchantId: row.merchant_id,
    offerId: row.offer_id,
    amount,
    originalAmount: amount,
    currency: row.currency,
    purchasedAt: row.purchased_at,
    status: row.status,
    held: row.held,
    createdAt: row.created_at,
    confirmedAt: row.confirmed_at,
    reversedAt: row.reversed_at,
    reversalReason: row.reversal_reason,
    releaseQueue: row.release_queue,
    releasedAt: row.released_at,
    revision: row.revision,
    orderKey: row.order_key,
  };
}
