import { sql } from 'kysely';
import type { Db } from '../../../core/database/index.ts';
import type { RowOf } from '../../../core/database/rows.ts';
import { moneyFromNumeric } from '../../../core/money.ts';
import { type PageOf, type PageRequest, pageOf } from '../../../core/page.ts';
import type { WalletOwner } from '../../money/wallets/index.ts';
import type { WalletTransaction } from './model.ts';

export type WalletHistoryRepository = ReturnType<typeof walletHistoryRepository>;

const COLUMNS = [
  'id',
  'sequence',
  'type',
  'from_bucket',
  'to_bucket',
  'amount',
  'source_type',
  'source_id',
  'created_at',
] as const;

type EntryRow = RowOf<'wallet_entries', typeof COLUMNS> & {
  readonly status: string | null;
  readonly purchase_id: string | null;
};
type Row = RowOf<'wallets', ['last_sequence']> & (EntryRow | { readonly id: null });

export function walletHistoryRepository() {
  /**
   * Newest first. The cursor is the sequence. Sequences have no gaps, so the last one is the total, and an offset costs
   * no more than a cursor. Undefined if the user has no wallet in this currency.
   */
  async function list(
    db: Db,
    { userId, currency }: WalletOwner,
    page: PageRequest,
  ): Promise<PageOf<WalletTransaction> | undefined> {
    const end =
      page.after === undefined ? sql`wallets.last_sequence + 1 - ${page.offset}::bigint` : sql`${page.after}`;
    // One query, because a round trip costs more than the lookups. A page without entries is one row of nulls.
    const { rows } = await sql<Row>`
      select
        wallets.last_sequence,
        entry.*,
        case entry.source_type
          when 'purchase' then
            (select status::text from cashback_transactions where purchase_id = entry.source_id)
          when 'revision' then (
            select status::text from cashback_transactions join purchase_revisions using (purchase_id)
            where purchase_revisions.id = entry.source_id
          )
          when 'payout' then (select status::text from payouts where payouts.id = entry.source_id)
          when 'adjustment' then 'completed'
        end as status,
        case entry.source_type
          when 'purchase' then entry.source_id
          when 'revision' then (select purchase_id from purchase_revisions where id = entry.source_id)
        end as purchase_id
      from wallets
      left join lateral (
        select ${sql.join(COLUMNS.map((column) => sql.ref(column)))} from wallet_entries
        where wallet_id = wallets.id and sequence < ${end}
        order by sequence desc
        limit ${page.limit + 1}
      ) as entry on true
      where wallets.user_id = ${userId} and wallets.currency = ${currency}
      order by entry.sequence desc
    `.execute(db);
    const [first] = rows;
    if (first === undefined) return undefined;
    const transactions = rows.flatMap((row) => (row.id === null ? [] : toTransaction(row, currency)));
    return pageOf(transactions, Number(first.last_sequence), page, ({ sequence }) => String(sequence));
  }

  return { list };
}

function toTransaction(row: EntryRow, currency: string): WalletTransaction {
  if (row.status === null) throw new Error(`wallet entry ${row.id} has no source`);
  return {
    id: row.id,
    currency,
    sequence: row.sequence,
    type: row.type,
    from: row.from_bucket,
    to: row.to_bucket,
    amount: moneyFromNumeric(row.amount, currency),
    source: { type: row.source_type, id: row.source_id },
    status: row.status,
    purchaseId: row.purchase_id,
    createdAt: row.created_at,
  };
}
