import { sql } from 'kysely';
import type { Db } from '../../core/database.ts';
import { moneyFromNumeric } from '../../core/money.ts';
import type { LedgerFault, LedgerReport, LedgerTotals } from './model.ts';

const MAX_FAULTS_SHOWN = 20;

/** Kept for one statement only, and read twice: as totals and as faults. */
const REPLAY = sql`
  numbered as (
    select
      wallet_id, sequence, amount, from_bucket, to_bucket, pending_after, available_after, paid_after,
      row_number() over journal as position,
      sum(case wallet_bucket 'pending' when to_bucket then amount when from_bucket then -amount else 0 end) over journal as pending,
      sum(case wallet_bucket 'available' when to_bucket then amount when from_bucket then -amount else 0 end) over journal as available,
      sum(case wallet_bucket 'paid' when to_bucket then amount when from_bucket then -amount else 0 end) over journal as paid,
      sum(case wallet_bucket 'platform' when from_bucket then amount when to_bucket then -amount else 0 end) over journal as from_platform,
      lead(sequence) over journal is null as is_last
    from wallet_entries
    window journal as (partition by wallet_id order by sequence)
  ),
  journals as (
    select
      wallet_id,
      count(*) as entries,
      count(*) filter (where sequence <> position) as misnumbered,
      count(*) filter (
        where (pending_after, available_after, paid_after) is distinct from (pending, available, paid)
      ) as misstated,
      max(pending) filter (where is_last) as pending,
      max(available) filter (where is_last) as available,
      max(paid) filter (where is_last) as paid,
      max(from_platform) filter (where is_last) as from_platform
    from numbered
    group by wallet_id
  ),
  replayed as (
    select
      wallets.id, wallets.user_id, wallets.currency, wallets.pending, wallets.available, wallets.paid,
      coalesce(journals.entries, 0) as entries,
      coalesce(journals.pending, 0) as replayed_pending,
      coalesce(journals.available, 0) as replayed_available,
      coalesce(journals.paid, 0) as replayed_paid,
      coalesce(journals.from_platform, 0) as from_platform,
      case
        when wallets.pending <> coalesce(journals.pending, 0)
          or wallets.available <> coalesce(journals.available, 0)
          or wallets.paid <> coalesce(journals.paid, 0) then 'balance differs from the journal'
        when wallets.last_sequence <> coalesce(journals.entries, 0) then 'number of entries differs'
        when journals.misnumbered > 0 then 'sequence has a gap'
        when journals.misstated > 0 then 'an entry states another balance than its replay'
        when wallets.pending + wallets.available + wallets.paid <> coalesce(journals.from_platform, 0)
          then 'holdings differ from what left the platform'
      end as problem
    from wallets left join journals on journals.wallet_id = wallets.id
  )
`;

type TotalsRow = {
  currency: string;
  wallets: number;
  entries: number;
  pending: string;
  available: string;
  paid: string;
  from_platform: string;
  faults: number;
};

type FaultRow = {
  id: string;
  user_id: string;
  currency: string;
  problem: string;
  pending: string;
  available: string;
  paid: string;
  replayed_pending: string;
  replayed_available: string;
  replayed_paid: string;
};

/**
 * Replays every journal from its first entry and holds the result against the stored balances, entry by entry,
 * wallet by wallet and as a whole. One pass in the database, over one snapshot.
 */
export async function verifyLedger(db: Db): Promise<LedgerReport> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      // The whole journal takes longer than any request may.
      await sql`set local statement_timeout = '10min'`.execute(trx);
      await sql`select set_config('transaction_timeout', '0', true)
        where current_setting('server_version_num')::int >= 170000`.execute(trx);
      const totals = await sql<TotalsRow>`
        with ${REPLAY}
        select
          currency,
          count(*)::int as wallets,
          sum(entries)::int as entries,
          sum(pending) as pending,
          sum(available) as available,
          sum(paid) as paid,
          sum(from_platform) as from_platform,
          count(problem)::int as faults
        from replayed
        group by currency
        order by currency
      `.execute(trx);
      const currencies = totals.rows.map(toTotals);
      const faultCount = currencies.reduce((sum, { faults }) => sum + faults, 0);
      if (faultCount === 0) return { currencies, faults: [], faultCount };

      const faults = await sql<FaultRow>`
        with ${REPLAY}
        select * from replayed where problem is not null order by id limit ${MAX_FAULTS_SHOWN}
      `.execute(trx);
      return { currencies, faults: faults.rows.map(toFault), faultCount };
    });
}

function toTotals(row: TotalsRow): LedgerTotals {
  const money = (numeric: string) => moneyFromNumeric(numeric, row.currency);
  return {
    currency: row.currency,
    wallets: row.wallets,
    entries: row.entries,
    pending: money(row.pending),
    available: money(row.available),
    paid: money(row.paid),
    fromPlatform: money(row.from_platform),
    faults: row.faults,
  };
}

function toFault(row: FaultRow): LedgerFault {
  const money = (numeric: string) => moneyFromNumeric(numeric, row.currency);
  return {
    walletId: row.id,
    userId: row.user_id,
    currency: row.currency,
    problem: row.problem,
    stored: { pending: money(row.pending), available: money(row.available), paid: money(row.paid) },
    replayed: {
      pending: money(row.replayed_pending),
      available: money(row.replayed_available),
      paid: money(row.replayed_paid),
    },
  };
}
