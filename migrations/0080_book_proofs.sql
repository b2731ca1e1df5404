-- Up Migration

-- What each proof of the books by the platform itself found. `ledger-verify` writes none.
create table book_proofs (
  id uuid primary key,
  started_at timestamptz not null,
  finished_at timestamptz not null,
  verdict text not null check (verdict in ('right', 'wrong', 'empty')),
  faults bigint not null check (faults >= 0),
  entries bigint not null check (entries >= 0),
  constraint book_proofs_wrong_has_faults check ((verdict = 'wrong') = (faults > 0))
);

create trigger book_proofs_are_append_only
  before update or delete or truncate on book_proofs
  for each statement execute function refuse_change();
