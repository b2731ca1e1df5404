-- Up Migration

create table wallets (
  id uuid primary key,
  user_id uuid not null references users (id),
  currency currency_code not null,
  pending money_amount not null default 0 check (pending >= 0),
  -- Below zero only by a reversal after the money was withdrawn: see wallet_entries_no_overdraft.
  available money_amount not null default 0,
  paid money_amount not null default 0 check (paid >= 0),
  last_sequence bigint not null default 0 check (last_sequence >= 0),
  constraint wallets_user_currency_key unique (user_id, currency),
  constraint wallets_start_empty check (last_sequence > 0 or (pending = 0 and available = 0 and paid = 0))
);

create type wallet_bucket as enum ('platform', 'pending', 'available', 'paid');

create type wallet_entry_type as enum (
  'cashback_credit', 'cashback_confirmation', 'cashback_reversal', 'payout', 'payout_refund', 'adjustment'
);

create type wallet_source_type as enum ('purchase', 'payout', 'adjustment');

-- The journal. Double entry by construction: every amount leaves one bucket and enters another.
create table wallet_entries (
  -- The entry's name in the API. Unique as a UUIDv7; the key is (wallet_id, sequence), which every read uses.
  id uuid not null,
  wallet_id uuid not null references wallets (id),
  sequence bigint not null check (sequence >= 1),
  type wallet_entry_type not null,
  from_bucket wallet_bucket not null,
  to_bucket wallet_bucket not null,
  amount money_amount not null check (amount > 0),
  source_type wallet_source_type not null,
  source_id uuid not null,
  pending_after money_amount not null check (pending_after >= 0),
  available_after money_amount not null,
  paid_after money_amount not null check (paid_after >= 0),
  created_at timestamptz not null,
  primary key (wallet_id, sequence),
  -- A source moves money once in each way: no purchase is credited, confirmed or reversed twice.
  constraint wallet_entries_source_key unique (source_id, type),
  constraint wallet_entries_legal_movement check (
    (type, from_bucket, to_bucket) in (
      ('cashback_credit', 'platform', 'pending'),
      ('cashback_confirmation', 'pending', 'available'),
      ('cashback_reversal', 'pending', 'platform'),
      ('cashback_reversal', 'available', 'platform'),
      ('payout', 'available', 'paid'),
      ('payout_refund', 'paid', 'available'),
      ('adjustment', 'platform', 'available'),
      ('adjustment', 'available', 'platform')
    )
  ),
  constraint wallet_entries_no_overdraft check (
    available_after >= 0 or from_bucket <> 'available' or type = 'cashback_reversal'
  )
);

create trigger wallet_entries_are_append_only
  before update or delete or truncate on wallet_entries
  for each statement execute function refuse_change();

-- An entry continues its wallet's journal: the next number, and the balances before it plus what it moves.
-- One set-based look per statement, so a list of entries costs little more than one.
create function require_continued_journal() returns trigger
  language plpgsql
as $$
begin
  if exists (
    select from appended as entry
    left join wallet_entries as previous
      on previous.wallet_id = entry.wallet_id and previous.sequence = entry.sequence - 1
    where (entry.sequence > 1 and previous.wallet_id is null)
      or entry.pending_after <> coalesce(previous.pending_after, 0)
        + case wallet_bucket 'pending' when entry.to_bucket then entry.amount when entry.from_bucket then -entry.amount else 0 end
      or entry.available_after <> coalesce(previous.available_after, 0)
        + case wallet_bucket 'available' when entry.to_bucket then entry.amount when entry.from_bucket then -entry.amount else 0 end
      or entry.paid_after <> coalesce(previous.paid_after, 0)
        + case wallet_bucket 'paid' when entry.to_bucket then entry.amount when entry.from_bucket then -entry.amount else 0 end
  ) then
    raise exception 'wallet entries do not continue the journal' using errcode = 'check_violation';
  end if;
  return null;
end
$$;

create trigger wallet_entries_continue_the_journal
  after insert on wallet_entries
  referencing new table as appended
  for each statement execute function require_continued_journal();

-- A balance is what one entry of the journal says, and only moves on to a later one.
create function require_journaled_balance() returns trigger
  language plpgsql
as $$
begin
  if exists (
    select from changed as wallet
    left join wallet_entries as entry
      on entry.wallet_id = wallet.id and entry.sequence = wallet.last_sequence
    where (wallet.last_sequence > 0 and entry.wallet_id is null)
      or wallet.pending <> coalesce(entry.pending_after, 0)
      or wallet.available <> coalesce(entry.available_after, 0)
      or wallet.paid <> coalesce(entry.paid_after, 0)
  ) then
    raise exception 'a wallet differs from its journal' using errcode = 'check_violation';
  end if;
  return null;
end
$$;

create trigger wallets_match_the_journal_when_updated
  after update on wallets
  referencing new table as changed
  for each statement execute function require_journaled_balance();

create trigger wallets_match_the_journal_when_opened
  after insert on wallets
  referencing new table as changed
  for each statement execute function require_journaled_balance();

create trigger wallets_only_move_on
  before update on wallets
  for each row when (new.last_sequence <= old.last_sequence)
  execute function refuse_change();

create trigger wallets_keep_their_owner
  before update of id, user_id, currency on wallets
  for each statement execute function refuse_change();

create trigger wallets_are_kept
  before delete or truncate on wallets
  for each statement execute function refuse_change();
