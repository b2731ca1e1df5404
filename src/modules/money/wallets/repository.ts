import { sql } from 'kysely';
import { type Db, queueSql, type Trx } from '../../../core/database/index.ts';
import { newId } from '../../../core/id.ts';
import { formatMoney, moneyFromNumeric } from '../../../core/money.ts';
import { type PageOf, type PageRequest, pageOf } from '../../../core/page.ts';
import type { Adjustment, Wallet, WalletEntry, WalletOwner } from './model.ts';

export type WalletRepository = ReturnType<typeof walletRepository>;

const WALLET_COLUMNS = [
  'id',
  'user_id',
  'currency',
  'pending',
  'available',
  'paid',
  'last_sequence',
] as const;

type WalletRow = {
  id: string;
  user_id: string;
  currency: string;
  pending: string;
  available: string;
  paid: string;
  last_sequence: bigint;
};

export function walletRepository() {
  /** Opens the wallets that do not exist yet, empty. */
  function queueOpen(trx: Trx, owners: readonly WalletOwner[]): void {
    queueSql(trx)`
      insert into wallets (id, user_id, currency)
      select id, user_id, currency
      from (
        select
          unnest(${owners.map(() => newId())}::uuid[]) as id,
          unnest(${owners.map(({ userId }) => userId)}::uuid[]) as user_id,
          unnest(${owners.map(({ currency }) => currency)}::text[]) as currency
      ) as owner
      order by user_id, currency
      on conflict (user_id, currency) do nothing
    `;
  }

  /** Locks the wallets that exist until the transaction ends, in the order of their ids, so that no two deadlock. */
  async function lock(trx: Trx, owners: readonly WalletOwner[]): Promise<Wallet[]> {
    const { rows } = await sql<WalletRow>`
      select id, user_id, currency, pending, available, paid, last_sequence
      from wallets
      where (user_id, currency) in (
        select
          unnest(${owners.map(({ userId }) => userId)}::uuid[]),
          unnest(${owners.map(({ currency }) => currency)}::text[])
      )
      order by id
      for no key update
    `.execute(trx);
    return rows.map(toWallet);
  }

  function queueAppend(trx: Trx, entries: readonly WalletEntry[]): void {
    const money = (amount: (entry: WalletEntry) => bigint) =>
      entries.map((entry) => formatMoney(amount(entry), entry.currency));
    queueSql(trx)`
      insert into wallet_entries (
        id, wallet_id, sequence, type, from_bucket, to_bucket, amount, source_type, source_id,
        pending_after, available_after, paid_after, created_at
      )
      select
        unnest(${entries.map(({ id }) => id)}::uuid[]),
        unnest(${entries.map(({ walletId }) => walletId)}::uuid[]),
        unnest(${entries.map(({ sequence }) => String(sequence))}::bigint[]),
        unnest(${entries.map(({ type }) => type)}::wallet_entry_type[]),
        unnest(${entries.map(({ from }) => from)}::wallet_bucket[]),
        unnest(${entries.map(({ to }) => to)}::wallet_bucket[]),
        unnest(${money(({ amount }) => amount)}::numeric[]),
        unnest(${entries.map(({ source }) => source.type)}::wallet_source_type[]),
        unnest(${entries.map(({ source }) => source.id)}::uuid[]),
        unnest(${money(({ after }) => after.pending)}::numeric[]),
        unnest(${money(({ after }) => after.available)}::numeric[]),
        unnest(${money(({ after }) => after.paid)}::numeric[]),
        unnest(${entries.map(({ createdAt }) => createdAt.toString())}::timestamptz[])
    `;
  }

  function queueUpdate(trx: Trx, wallets: readonly Wallet[]): void {
    const money = (amount: (wallet: Wallet) => bigint) =>
      wallets.map((wallet) => formatMoney(amount(wallet), wallet.currency));
    queueSql(trx)`
      update wallets
      set pending = changed.pending,
        available = changed.available,
        paid = changed.paid,
        last_sequence = changed.last_sequence
      from (
        select
          unnest(${wallets.map(({ id }) => id)}::uuid[]) as id,
          unnest(${money(({ pending }) => pending)}::numeric[]) as pending,
          unnest(${money(({ available }) => available)}::numeric[]) as available,
          unnest(${money(({ paid }) => paid)}::numeric[]) as paid,
          unnest(${wallets.map(({ lastSequence }) => String(lastSequence))}::bigint[]) as last_sequence
      ) as changed
      where wallets.id = changed.id
    `;
  }

  async function find(db: Db, owner: WalletOwner): Promise<Wallet | undefined> {
    const row = await db
      .selectFrom('wallets')
      .select(WALLET_COLUMNS)
      .where('user_id', '=', owner.userId)
      .where('currency', '=', owner.currency)
      .executeTakeFirst();
    return row && toWallet(row);
  }

  async function findAllOf(db: Db, userId: string): Promise<Wallet[]> {
    const rows = await db
      .selectFrom('wallets')
      .select(WALLET_COLUMNS)
      .where('user_id', '=', userId)
      .orderBy('currency')
      .execute();
    return rows.map(toWallet);
  }

  /** Newest first; the cursor is the sequence. The total is the wallet's last sequence: gapless, so never counted. */
  async function listEntries(db: Db, wallet: Wallet, page: PageRequest): Promise<PageOf<WalletEntry>> {
    let query = db
      .selectFrom('wallet_entries')
      .selectAll()
      .where('wallet_id', '=', wallet.id)
      .orderBy('sequence', 'desc')
      .limit(page.limit + 1);
    // Gapless numbers make an offset a number to start below, as cheap as a cursor.
    const startBelow =
      page.after === undefined ? wallet.lastSequence + 1n - BigInt(page.offset) : BigInt(page.after);
    query = query.where('sequence', '<', startBelow);
    const rows = await query.execute();

    const { userId, currency } = wallet;
    const money = (numeric: string) => moneyFromNumeric(numeric, currency);
    const entries = rows.map((row) => ({
      id: row.id,
      walletId: row.wallet_id,
      userId,
      currency,
      sequence: row.sequence,
      type: row.type,
      from: row.from_bucket,
      to: row.to_bucket,
      amount: money(row.amount),
      source: { type: row.source_type, id: row.source_id },
      after: {
        pending: money(row.pending_after),
        available: money(row.available_after),
        paid: money(row.paid_after),
      },
      createdAt: row.created_at,
    }));
    return pageOf(entries, Number(wallet.lastSequence), page, ({ sequence }) => String(sequence));
  }

  async function insertAdjustment(trx: Trx, adjustment: Adjustment): Promise<void> {
    const { id, userId, amount, currency, direction, reason, adminId, createdAt } = adjustment;
    await trx
      .insertInto('adjustments')
      .values({
        id,
        user_id: userId,
        amount: formatMoney(amount, currency),
        currency,
        direction,
        reason,
        admin_id: adminId,
        created_at: createdAt.toString(),
      })
      .execute();
  }

  return { insertAdjustment, queueOpen, lock, queueAppend, queueUpdate, find, findAllOf, listEntries };
}

function toWallet(row: WalletRow): Wallet {
  return {
    id: row.id,
    userId: row.user_id,
    currency: row.currency,
    pending: moneyFromNumeric(row.pending, row.currency),
    available: moneyFromNumeric(row.available, row.currency),
    paid: moneyFromNumeric(row.paid, row.currency),
    lastSequence: row.last_sequence,
  };
}
