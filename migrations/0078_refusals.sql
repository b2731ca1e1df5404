-- Up Migration

-- Reports of partners that a rule refused, so that a missing order can be explained. Kept for 30 days. No foreign key:
-- writing them locks nothing.
create table refusals (
  -- UUIDv7: the millisecond of the refusal.
  id uuid primary key,
  refused_at timestamptz not null,
  partner_id uuid not null,
  -- Null: the report had none that could be read.
  external_id text check (length(external_id) between 1 and 255),
  code text not null check (code ~ '^[A-Z_]+$'),
  message text not null,
  details jsonb not null default '{}',
  request_id text not null
);

-- In the order of lists (0017).
create index refusals_partner on refusals (partner_id, id nulls first);
create index refusals_code on refusals (code, id nulls first);
create index refusals_external_id on refusals (external_id, id nulls first) where external_id is not null;

-- All refusals of an hour, also of those that are not kept because a partner had too many in a minute.
create table refusal_hours (
  hour timestamptz not null,
  partner_id uuid not null,
  code text not null,
  refused bigint not null check (refused > 0),
  primary key (hour, partner_id, code)
);
