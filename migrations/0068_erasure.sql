-- Up Migration

-- When the owner had the account erased. Its id stays, as the pseudonym that the books name.
alter table users add column erased_at timestamptz;

alter table users add constraint users_erased_are_empty check (
  erased_at is null
  or (
    not active and password_hash is null and display_name is null and email_verified_at is null
    and email = id::text || '@erased.invalid'
  )
) not valid;

-- squawk-ignore require-concurrent-index-creation
create index users_erased on users (id) where erased_at is not null;

-- Money that the owner forfeited with the account: no administrator made this adjustment.
-- Older processes read such a row as well: they show null for its administrator.
-- squawk-ignore ban-drop-not-null
alter table adjustments alter column admin_id drop not null;
alter table adjustments add constraint adjustments_forfeited_are_debits
  check (admin_id is not null or (direction = 'debit' and not needs_four_eyes)) not valid;

-- Shredded details are empty. What is still to be paid needs them.
alter table payouts add constraint payouts_shredded_are_settled
  check (details_encrypted <> '' or settled_at is not null) not valid;

-- squawk-ignore require-concurrent-index-creation
create index payouts_to_shred on payouts (settled_at) where details_encrypted <> '' and settled_at is not null;
