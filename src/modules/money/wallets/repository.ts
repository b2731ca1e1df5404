import { sql } from 'kysely';
import { bulkInsert, bulkUpdate } from '../../../core/database/bulk.ts';
import type { Db, Trx } from '../../../core/database/index.ts';
import { anyOf, type RowOf } from '../../../core/database/rows.ts';
import { newId } from '../../../core/id.ts';
import { formatMoney, moneyFromNumeric } from '../../../core/money.ts';
import type { AdjustedEntry, Wallet, WalletEntry, WalletOwner } from './model.ts';

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

type WalletRow = RowOf<'wallets'>;

/** Inserts an empty wallet for each owner that has none. */
const queueOpen = bulkInsert<WalletOwner>(
  'wallets',
  {
    id: ['uuid', () => newId()],
    user_id: ['uuid', ({ userId }) => userId],
    currency: ['text', ({ currency }) => currency],
  },
  'order by user_id, currency on conflict (user_id, currency) do nothing',
);

const queueAppend = bulkInsert<WalletEntry>('wallet_entries', {
  id: ['uuid', ({ id }) => id],
  wallet_id: ['uuid', ({ walletId }) => walletId],
  sequence: ['bigint', ({ sequence }) => String(sequence)],
  type: ['wallet_entry_type', ({ type }) => type],
  from_bucket: ['wallet_bucket', ({ from }) => from],
  to_bucket: ['wallet_bucket', ({ to }) => to],
  amount: ['numeric', ({ amount, currency }) => formatMoney(amount, currency)],
  source_type: ['wallet_source_type', ({ source }) => source.type],
  source_id: ['uuid', ({ source }) => source.id],
  pending_after: ['numeric', ({ after, currency }) => formatMoney(after.pending, currency)],
  available_after: ['numeric', ({ after, currency }) => formatMoney(after.available, currency)],
  paid_after: ['numeric', ({ after, currency }) => formatMoney(after.paid, currency)],
  created_at: ['timestamptz', ({ createdAt }) => createdAt.toString()],
});

const queueUpdate = bulkUpdate<Wallet>('wallets', ['id'], {
  id: ['uuid', ({ id }) => id],
  pending: ['numeric', ({ pending, currency }) => formatMoney(pending, currency)],
  available: ['numeric', ({ available, currency }) => formatMoney(available, currency)],
  paid: ['numeric', ({ paid, currency }) => formatMoney(paid, currency)],
  last_sequence: ['bigint', ({ lastSequence }) => String(lastSequence)],
});

export function walletRepository() {
  /** Locks the existing wallets until the transaction ends, in the order of their ids, to prevent deadlocks. */
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

  async function findAllOf(db: Db, userId: string): Promise<Wallet[]> {
    const rows = await db
      .selectFrom('wallets')
      .select(WALLET_COLUMNS)
      .where('user_id', '=', userId)
      .orderBy('currency')
      .execute();
    return rows.map(toWallet);
  }

  /** The entries of these adjustments, by the id of the adjustment. */
  async function findAdjusted(
    db: Db,
    adjustmentIds: readonly string[],
  ): Promise<ReadonlyMap<string, AdjustedEntry>> {
    const rows = await db
      .selectFrom('wallet_entries')
      .innerJoin('wallets', 'wallets.id', 'wallet_id')
      .select(['source_id', 'from_bucket', 'amount', 'sequence', 'currency'])
      .select(['pending_after', 'available_after', 'paid_after'])
      .where('source_id', '=', anyOf(adjustmentIds))
      .where('type', '=', 'adjustment')
      .execute();
    return new Map(
      rows.map((row) => {
        const money = (amount: string) => moneyFromNumeric(amount, row.currency);
        const after = {
          pending: money(row.pending_after),
          available: money(row.available_after),
          paid: money(row.paid_after),
        };
        const { source_id, from_bucket: from, sequence, currency } = row;
        return [source_id, { from, amount: money(row.amount), after, sequence, currency }];
      }),
    );
  }

  return { queueOpen, lock, queueAppend, queueUpdate, findAllOf, findAdjusted };
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
