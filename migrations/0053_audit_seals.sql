-- Up Migration

-- The transaction that stored the record. A seal covers what earlier transactions have stored, whatever clocks say. Records
-- that are there get that of this migration, without being rewritten.
alter table audit_logs add column recorded_in xid8 not null default pg_current_xact_id();
alter table audit_logs alter column recorded_in set statistics 0;

-- What finished parts of the audit log contained, with the facts of what its records are about. A seal covers the records
-- from the bound of the previous one to its own, and its digest contains that of the previous one. So a record that is
-- altered or gone is found, however consistently the other tables were altered with it.
create table audit_seals (
  number bigint primary key check (number >= 1),
  -- The seal covers records with lower ids, from the previous bound on, that transactions before this one have stored.
  up_to uuid not null,
  before xid8 not null,
  records bigint not null check (records > 0),
  sealed_at timestamptz not null,
  digest bytea not null check (octet_length(digest) = 32)
);

create trigger audit_seals_are_append_only
  before update or delete or truncate on audit_seals
  for each statement execute function refuse_change();
