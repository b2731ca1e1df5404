import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../core/database/index.ts';
import type { IdRange, Numeric, StatedBalances, WalletTotals, WrongEntry, WrongWallet } from './model.ts';
import { within } from './ranges-repository.ts';

/* Compares the journal with itself and with the wallets. */

type TotalsRow = {
  currency: string;
  wallets: bigint;
  entries: bigint;
  pending: Numeric;
  available: Numeric;
  paid: Numeric;
  from_platform: Numeric;
  wrong_wallets: bigint;
  wrong_entries: bigint;
};

type WrongWalletRow = {
  id: string;
  currency: string | null;
  is_there: boolean;
  last_sequence: bigint;
  pending: Numeric;
  available: Numeric;
  paid: Numeric;
  journal_last_sequence: bigint;
  journal_pending: Numeric;
  journal_available: Numeric;
  journal_paid: Numeric;
};

type WrongEntryRow = {
  wallet_id: string;
  currency: string | null;
  sequence: bigint;
  previous_sequence: bigint;
  pending_after: Numeric;
  available_after: Numeric;
  paid_after: Numeric;
  pending_replayed: Numeric;
  available_replayed: Numeric;
  paid_replayed: Numeric;
};

/** Returns by currency the totals of the wallets in the range, and the numbers of wrong wallets and wrong entries. */
export async function replayWallets(db: Db, range: IdRange): Promise<WalletTotals[]> {
  const { rows } = await sql<TotalsRow>`
    with ${replay(range)}
    select
      coalesce(currency, '?') as currency,
      count(is_there) as wallets,
      sum(entries)::bigint as entries,
      sum(pending)::numeric(38, 4) as pending,
      sum(available)::numeric(38, 4) as available,
      sum(paid)::numeric(38, 4) as paid,
      sum(from_platform)::numeric(38, 4) as from_platform,
      count(*) filter (where ${IS_WRONG_WALLET}) as wrong_wallets,
      sum(wrong_entries)::bigint as wrong_entries
    from compared
    group by currency
  `.execute(db);
  return rows.map((row) => ({
    currency: row.currency,
    wallets: Number(row.wallets),
    entries: Number(row.entries),
    pending: tenThousandths(row.pending),
    available: tenThousandths(row.available),
    paid: tenThousandths(row.paid),
    fromPlatform: tenThousandths(row.from_platform),
    wrongWallets: Number(row.wrong_wallets),
    wrongEntries: Number(row.wrong_entries),
  }));
}

export async function findWrongWallets(db: Db, range: IdRange): Promise<WrongWallet[]> {
  const { rows } = await sql<WrongWalletRow>`
    with ${replay(range)}
    select * from compared where ${IS_WRONG_WALLET} order by id
  `.execute(db);
  return rows.map((row) => ({
    walletId: row.id,
    currency: row.currency,
    stored: row.is_there ? { ...balances(row), lastSequence: row.last_sequence } : null,
    journal: {
      pending: row.journal_pending,
      available: row.journal_available,
      paid: row.journal_paid,
      lastSequence: row.journal_last_sequence,
    },
  }));
}

export async function findWrongEntries(db: Db, range: IdRange): Promise<WrongEntry[]> {
  const { rows } = await sql<WrongEntryRow>`
    with ${replay(range)}
    select replayed.*, wallets.currency
    from replayed left join wallets on wallets.id = replayed.wallet_id
    where ${IS_WRONG_ENTRY}
    order by wallet_id, sequence
  `.execute(db);
  return rows.map((row) => ({
    walletId: row.wallet_id,
    currency: row.currency,
    sequence: row.sequence,
    previousSequence: row.previous_sequence,
    stated: { pending: row.pending_after, available: row.available_after, paid: row.paid_after },
    replayed: { pending: row.pending_replayed, available: row.available_replayed, paid: row.paid_replayed },
  }));
}

/**
 * Compares each entry with the previous one, and the wallet with the last one. By induction this proves the whole journal.
 */
function replay(range: IdRange): RawBuilder<unknown> {
  return sql`
    entries as (
      select
        *,
        coalesce(lag(sequence) over journal, 0) as previous_sequence,
        coalesce(lag(pending_after) over journal, 0) as pending_before,
        coalesce(lag(available_after) over journal, 0) as available_before,
        coalesce(lag(paid_after) over journal, 0) as paid_before,
        lead(sequence) over journal is null as is_last
      from wallet_entries
      where ${within('wallet_id', range)}
      window journal as (partition by wallet_id order by sequence)
    ),
    replayed as (
      select
        *,
        pending_before + ${moved('pending')} as pending_replayed,
        available_before + ${moved('available')} as available_replayed,
        paid_before + ${moved('paid')} as paid_replayed
      from entries
    ),
    journals as (
      select
        wallet_id,
        count(*) as entries,
        count(*) filter (where ${IS_WRONG_ENTRY}) as wrong_entries,
        max(sequence) filter (where is_last) as last_sequence,
        max(pending_after) filter (where is_last) as pending,
        max(available_after) filter (where is_last) as available,
        max(paid_after) filter (where is_last) as paid,
        -sum(${moved('platform')}) as from_platform
      from replayed
      group by wallet_id
    ),
    compared as (
      select
        coalesce(wallets.id, journals.wallet_id) as id,
        wallets.currency,
        wallets.is_there,
        coalesce(wallets.last_sequence, 0) as last_sequence,
        coalesce(wallets.pending, 0) as pending,
        coalesce(wallets.available, 0) as available,
        coalesce(wallets.paid, 0) as paid,
        coalesce(journals.entries, 0) as entries,
        coalesce(journals.wrong_entries, 0) as wrong_entries,
        coalesce(journals.last_sequence, 0) as journal_last_sequence,
        coalesce(journals.pending, 0) as journal_pending,
        coalesce(journals.available, 0) as journal_available,
        coalesce(journals.paid, 0) as journal_paid,
        coalesce(journals.from_platform, 0) as from_platform
      from (select *, true as is_there from wallets where ${within('id', range)}) as wallets
      full join journals on journals.wallet_id = wallets.id
    )
  `;
}

/** True for a wallet that differs from its last entry. A missing wallet counts as an empty one, which no journal matches. */
const IS_WRONG_WALLET = sql`(
  (last_sequence, pending, available, paid)
    is distinct from (journal_last_sequence, journal_pending, journal_available, journal_paid)
)`;

const IS_WRONG_ENTRY = sql`(
  sequence <> previous_sequence + 1
  or pending_after <> pending_replayed
  or available_after <> available_replayed
  or paid_after <> paid_replayed
)`;

/** The amount that an entry adds to a bucket. */
function moved(bucket: 'platform' | 'pending' | 'available' | 'paid'): RawBuilder<unknown> {
  const name = sql.lit(bucket);
  return sql`case ${name}::wallet_bucket when to_bucket then amount when from_bucket then -amount else 0 end`;
}

function balances({ pending, available, paid }: StatedBalances): StatedBalances {
  return { pending, available, paid };
}

/** `"5.0000"` → `50000n` */
function tenThousandths(numeric: Numeric): bigint {
  return BigInt(numeric.replace('.', ''));
}
