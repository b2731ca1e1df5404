import { type SqlBool, sql } from 'kysely';
import { bulkInsert, bulkUpdate } from '../../../core/database/bulk.ts';
import type { Db, Trx } from '../../../core/database/index.ts';
import { allOf, anyValueOf, pageNewestFirst, withinSeconds } from '../../../core/database/newest-first.ts';
import { anyOf, type RowOf } from '../../../core/database/rows.ts';
import { formatMoney, moneyFromNumeric } from '../../../core/money.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import { type WalletOwner, walletKey } from '../wallets/index.ts';
import {
  type LastAccount,
  type Payout,
  type PayoutFilter,
  REFUNDED,
  type SealedPayout,
  type StoredAccount,
} from './model.ts';

export type PayoutRepository = ReturnType<typeof payoutRepository>;

type PayoutRow = RowOf<'payouts', typeof COLUMNS>;

/** All columns except the encrypted details, which are read only where they are needed. */
const COLUMNS = [
  'id',
  'user_id',
  'amount',
  'currency',
  'method',
  'iban_masked',
  'account_holder_masked',
  'status',
  'requested_at',
  'processing_at',
  'settled_at',
  'external_reference',
  'failure_reason',
  'returned_at',
  'return_reason',
  'processing_by',
  'completed_by',
  'needs_four_eyes',
] as const;

/** The encrypted bank details of a payout. `id` is the id of the payout. */
export type EncryptedDetails = { readonly id: string; readonly encryptedDetails: string };

const queueInsert = bulkInsert<SealedPayout>('payouts', {
  id: ['uuid', ({ payout }) => payout.id],
  user_id: ['uuid', ({ payout }) => payout.userId],
  amount: ['numeric', ({ payout }) => formatMoney(payout.amount, payout.currency)],
  currency: ['text', ({ payout }) => payout.currency],
  method: ['payout_method', ({ payout }) => payout.method],
  details_encrypted: ['text', ({ encryptedDetails }) => encryptedDetails],
  account_fingerprint: ['text', ({ accountFingerprint }) => accountFingerprint],
  iban_masked: ['text', ({ payout }) => payout.maskedDetails.iban],
  account_holder_masked: ['text', ({ payout }) => payout.maskedDetails.accountHolder],
  status: ['payout_status', ({ payout }) => payout.status],
  requested_at: ['timestamptz', ({ payout }) => payout.requestedAt.toString()],
});

/** Writes status, times, names, reference and reasons of payouts. The caller must have locked them. */
const queueUpdateMoved = bulkUpdate<Payout>('payouts', ['id'], {
  id: ['uuid', ({ id }) => id],
  status: ['payout_status', ({ status }) => status],
  processing_at: ['timestamptz', ({ processingAt }) => processingAt?.toString() ?? null],
  settled_at: ['timestamptz', ({ settledAt }) => settledAt?.toString() ?? null],
  external_reference: ['text', ({ externalReference }) => externalReference],
  failure_reason: ['text', ({ failureReason }) => failureReason],
  returned_at: ['timestamptz', ({ returnedAt }) => returnedAt?.toString() ?? null],
  return_reason: ['text', ({ returnReason }) => returnReason],
  processing_by: ['uuid', ({ processingBy }) => processingBy],
  completed_by: ['uuid', ({ completedBy }) => completedBy],
  needs_four_eyes: ['boolean', ({ needsFourEyes }) => needsFourEyes],
});

const queueUpdateEncryptedDetails = bulkUpdate<EncryptedDetails>('payouts', ['id'], {
  id: ['uuid', ({ id }) => id],
  details_encrypted: ['text', ({ encryptedDetails }) => encryptedDetails],
});

export function payoutRepository() {
  /** Returns the sum of the owners' payouts since this moment, by `walletKey`. Refunded payouts do not count. */
  async function sumSince(
    trx: Trx,
    owners: readonly WalletOwner[],
    since: Temporal.Instant,
  ): Promise<Map<string, bigint>> {
    if (owners.length === 0) return new Map();
    const { rows } = await sql<{ user_id: string; currency: string; total: string }>`
      select user_id, currency, sum(amount) as total
      from payouts
      where (user_id, currency) in (
          select
            unnest(${owners.map(({ userId }) => userId)}::uuid[]),
            unnest(${owners.map(({ currency }) => currency)}::text[])
        )
        and requested_at >= ${since.toString()}
        and status <> all (${REFUNDED}::payout_status[])
      group by user_id, currency
    `.execute(trx);
    return new Map(
      rows.map(({ user_id: userId, currency, total }) => [
        walletKey({ userId, currency }),
        moneyFromNumeric(total, currency),
      ]),
    );
  }

  /** Locks the existing payouts until the transaction ends, in the order of their ids. */
  async function lock(trx: Trx, ids: readonly string[]): Promise<Payout[]> {
    const rows = await trx
      .selectFrom('payouts')
      .select(COLUMNS)
      .where('id', '=', anyOf(ids))
      .orderBy('id')
      .forNoKeyUpdate()
      .execute();
    return rows.map(toPayout);
  }

  /** Locks all payouts of a user until the transaction ends, in the order of their ids. */
  async function lockOf(trx: Trx, userId: string): Promise<Payout[]> {
    const rows = await trx
      .selectFrom('payouts')
      .select(COLUMNS)
      .where('user_id', '=', userId)
      .orderBy('id')
      .forNoKeyUpdate()
      .execute();
    return rows.map(toPayout);
  }

  /** Locks up to `limit` payouts with bank details that were settled before this moment. Skips those that are locked. */
  async function lockToShred(trx: Trx, settledBefore: Temporal.Instant, limit: number): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      select id
      from payouts
      where details_encrypted <> '' and settled_at is not null and settled_at < ${settledBefore.toString()}::timestamptz
      order by settled_at
      limit ${limit}
      for no key update skip locked
    `.execute(trx);
    return rows.map(({ id }) => id);
  }

  async function find(db: Db, id: string): Promise<Payout | undefined> {
    const row = await db.selectFrom('payouts').select(COLUMNS).where('id', '=', id).executeTakeFirst();
    return row && toPayout(row);
  }

  async function findAll(db: Db, ids: readonly string[]): Promise<Payout[]> {
    const rows = await db.selectFrom('payouts').select(COLUMNS).where('id', '=', anyOf(ids)).execute();
    return rows.map(toPayout);
  }

  /** Newest first. The cursor is the id. */
  async function list(db: Db, filter: PayoutFilter, page: PageRequest): Promise<PageOf<Payout>> {
    const { statuses, userIds, ids, externalReferences, from, to } = filter;
    const isNarrow = ids !== undefined || externalReferences !== undefined;
    const chosen = allOf(
      anyValueOf('user_id', 'uuid', userIds, { isIndexed: !isNarrow }),
      // A user has few payouts.
      anyValueOf('status', 'payout_status', statuses, { isIndexed: !isNarrow && userIds === undefined }),
    );
    const where = [...chosen.where, ...withinSeconds(from, to)];
    if (ids !== undefined) where.push(sql`id = any (${ids}::uuid[])`);
    if (externalReferences !== undefined)
      where.push(
        sql`lower(external_reference) in (select lower(given) from unnest(${externalReferences}::text[]) as given)`,
      );
    const hasIndex = isNarrow || chosen.where.length > 0 || chosen.merges.length > 0;
    const onlyGrows = statuses === undefined && !isNarrow;
    const { merges } = chosen;
    const list = { table: 'payouts', columns: COLUMNS, where, hasIndex, onlyGrows, merges } as const;
    return pageNewestFirst(db, list, toPayout, page);
  }

  async function findEncryptedDetails(db: Db, id: string): Promise<string | undefined> {
    const row = await db
      .selectFrom('payouts')
      .select('details_encrypted')
      .where('id', '=', id)
      .executeTakeFirst();
    return row?.details_encrypted;
  }

  async function findAccounts(db: Db, payoutIds: readonly string[]): Promise<StoredAccount[]> {
    const rows = await db
      .selectFrom('payouts')
      .select(['id', 'user_id', 'details_encrypted'])
      .where('id', '=', anyOf(payoutIds))
      .execute();
    return rows.map((row) => ({
      payoutId: row.id,
      userId: row.user_id,
      encryptedDetails: row.details_encrypted,
    }));
  }

  /** That of the newest payout whose bank details are kept, unless it failed or the bank sent it back. */
  async function findLastAccount(db: Db, userId: string): Promise<LastAccount | null> {
    const { rows } = await sql<Pick<PayoutRow, 'id' | 'iban_masked' | 'account_holder_masked'>>`
      select id, iban_masked, account_holder_masked
      from payouts
      where user_id = ${userId} and details_encrypted <> '' and status not in ('failed', 'returned')
      order by id desc nulls last
      limit 1
    `.execute(db);
    const [row] = rows;
    if (row === undefined) return null;
    const maskedDetails = { iban: row.iban_masked, accountHolder: row.account_holder_masked };
    return { payoutId: row.id, maskedDetails };
  }

  /**
   * What is available to the owner and the sum of the payouts since this moment without refunded ones, in one SQL command:
   * a payout that is being requested changes both or neither.
   */
  async function findUse(
    db: Db,
    { userId, currency }: WalletOwner,
    since: Temporal.Instant,
  ): Promise<{ readonly available: bigint; readonly used: bigint }> {
    const { rows } = await sql<{ available: string; used: string }>`
      select
        coalesce(
          (select available from wallets where user_id = ${userId} and currency = ${currency}), 0
        ) as available,
        (
          select coalesce(sum(amount), 0) from payouts
          where user_id = ${userId} and currency = ${currency} and requested_at >= ${since.toString()}
            and status <> all (${REFUNDED}::payout_status[])
        ) as used
    `.execute(db);
    const [row = { available: '0', used: '0' }] = rows;
    return {
      available: moneyFromNumeric(row.available, currency),
      used: moneyFromNumeric(row.used, currency),
    };
  }

  /** Locks up to `limit` payouts whose details or fingerprint are of another key. */
  async function lockEncryptedOtherwise(trx: Trx, keyId: string, limit: number): Promise<EncryptedDetails[]> {
    const rows = await trx
      .selectFrom('payouts')
      .select(['id', 'details_encrypted'])
      .where(sql<SqlBool>`details_encrypted <> '' and (
        split_part(details_encrypted, '.', 1) <> ${keyId} or split_part(account_fingerprint, '.', 1) <> ${keyId}
      )`)
      .orderBy('id')
      .limit(limit)
      .forNoKeyUpdate()
      .execute();
    return rows.map((row) => ({ id: row.id, encryptedDetails: row.details_encrypted }));
  }

  return {
    queueInsert,
    sumSince,
    lock,
    lockOf,
    lockToShred,
    queueUpdateMoved,
    find,
    findAll,
    list,
    findEncryptedDetails,
    findAccounts,
    findLastAccount,
    findUse,
    lockEncryptedOtherwise,
    queueUpdateEncryptedDetails,
  };
}

function toPayout(row: PayoutRow): Payout {
  return {
    id: row.id,
    userId: row.user_id,
    amount: moneyFromNumeric(row.amount, row.currency),
    currency: row.currency,
    method: row.method,
    maskedDetails: { iban: row.iban_masked, accountHolder: row.account_holder_masked },
    status: row.status,
    requestedAt: row.requested_at,
    processingAt: row.processing_at,
    settledAt: row.settled_at,
    externalReference: row.external_reference,
    failureReason: row.failure_reason,
    returnedAt: row.returned_at,
    returnReason: row.return_reason,
    processingBy: row.processing_by,
    completedBy: row.completed_by,
    needsFourEyes: row.needs_four_eyes,
  };
}
