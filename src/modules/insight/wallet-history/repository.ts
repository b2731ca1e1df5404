import { sql } from 'kysely';
import type { Db } from '../../../core/database/index.ts';
import type { RowOf } from '../../../core/database/rows.ts';
import { moneyFromNumeric } from '../../../core/money.ts';
import { type PageOf, type PageRequest, pageOf } from '../../../core/page.ts';
import type { WalletOwner } from '../../money/wallets/index.ts';
import type { HistoryFilter, WalletTransaction } from './model.ts';

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
  'available_after',
  'created_at',
] as const;

type EntryRow = RowOf<'wallet_entries', typeof COLUMNS> & {
  readonly status: string | null;
  readonly purchase_id: string | null;
  readonly merchant_name: string | null;
  readonly reason: string | null;
};
type Row = { readonly total: number } & (EntryRow | { readonly id: null });

export function walletHistoryRepository() {
  /**
   * Newest first. The cursor is the sequence. Sequences have no gaps, so the bounds of the filter are the total, and an
   * offset costs no more than a cursor. Undefined if the user has no wallet in this currency.
   */
  async function list(
    db: Db,
    { userId, currency }: WalletOwner,
    filter: HistoryFilter,
    page: PageRequest,
  ): Promise<PageOf<WalletTransaction> | undefined> {
    const { first, after } = boundsOf(filter);
    const end =
      page.after === undefined ? sql`bounds.after - ${page.offset}::bigint` : sql`${page.after}::bigint`;
    // One query, because a round trip costs more than the lookups. A page without entries is one row of nulls.
    const { rows } = await sql<Row>`
      select
        greatest(bounds.after - bounds.first, 0)::int as total,
        entry.*,
        case entry.source_type
          when 'purchase' then
            (select status::text from cashback_transactions where purchase_id = entry.source_id)
          when 'revision' then (
            select status::text from cashback_transactions join purchase_revisions using (purchase_id)
            where purchase_revisions.id = entry.source_id
          )
          when 'payout' then payout.status::text
          when 'adjustment' then 'completed'
        end as status,
        purchase.id as purchase_id,
        purchase.merchant_name,
        case entry.type
          when 'adjustment' then (select reason from adjustments where id = entry.source_id)
          when 'payout_refund' then coalesce(payout.return_reason, payout.failure_reason)
          when 'cashback_reversal' then purchase.reversal_reason::text
        end as reason
      from wallets
      cross join lateral (
        -- Computed once: without "offset" the search would run for each row and reference.
        select ${first} as first, least(${after}, wallets.last_sequence + 1) as after offset 0
      ) as bounds
      left join lateral (
        select ${sql.join(COLUMNS.map((column) => sql.ref(column)))} from wallet_entries
        where wallet_id = wallets.id and sequence < least(${end}, bounds.after) and sequence >= bounds.first
        order by sequence desc
        limit ${page.limit + 1}
      ) as entry on true
      left join lateral (
        select status, failure_reason, return_reason from payouts
        where entry.source_type = 'payout' and payouts.id = entry.source_id
      ) as payout on true
      left join lateral (
        select purchases.id, merchants.name as merchant_name, reversal_reason
        from purchases join merchants on merchants.id = purchases.merchant_id
        where purchases.id = case entry.source_type
          when 'purchase' then entry.source_id
          when 'revision' then (select purchase_id from purchase_revisions where id = entry.source_id)
        end
      ) as purchase on true
      where wallets.user_id = ${userId} and wallets.currency = ${currency}
      order by entry.sequence desc
    `.execute(db);
    const [row] = rows;
    if (row === undefined) return undefined;
    const transactions = rows.flatMap((found) => (found.id === null ? [] : toTransaction(found, currency)));
    return pageOf(transactions, row.total, page, ({ sequence }) => String(sequence));
  }

  return { list };
}

/** The first sequence of the filter, and the one after its last, for each wallet. */
function boundsOf({ from, to }: HistoryFilter) {
  return {
    first: from === undefined ? sql`1::bigint` : firstSince(Temporal.Instant.from(from)),
    after:
      to === undefined
        ? sql`wallets.last_sequence + 1`
        : firstSince(Temporal.Instant.from(to).add({ seconds: 1 })),
  };
}

/**
 * The first sequence of an entry at this time or later, by binary search: some twenty lookups by primary key at a million
 * entries, and no index of times. Entries are made under the lock of their wallet, so their times follow their sequences.
 */
function firstSince(time: Temporal.Instant) {
  return sql`(
    with recursive search (low, high) as (
      select 1::bigint, wallets.last_sequence + 1
      union all
      select
        case when is_before then middle + 1 else low end,
        case when is_before then high else middle end
      from search
      cross join lateral (select (low + high) / 2 as middle) as halved
      cross join lateral (
        select created_at < ${time.toString()}::timestamptz as is_before
        from wallet_entries where wallet_id = wallets.id and sequence = middle
      ) as entry
      where low < high
    )
    select low from search where low >= high
  )`;
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
    availableAfter: moneyFromNumeric(row.available_after, currency),
    merchantName: row.merchant_name,
    reason: row.reason,
    createdAt: row.created_at,
  };
}
