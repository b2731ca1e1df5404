-- Up Migration

create type actor_type as enum ('user', 'admin', 'partner', 'system');
create type audit_outcome as enum ('success', 'failure');

create table audit_logs (
  -- UUIDv7: the primary key is also the order in time that lists page through.
  id uuid primary key,
  occurred_at timestamptz not null,
  actor_type actor_type not null,
  -- Null: nobody in particular, such as the system itself or somebody who has no account yet.
  actor_id uuid,
  action text not null check (action ~ '^[a-z_]+\.[a-z_]+$'),
  resource_type text not null,
  resource_id uuid not null,
  outcome audit_outcome not null,
  details jsonb not null default '{}',
  request_id text
);

create trigger audit_logs_are_append_only
  before update or delete or truncate on audit_logs
  for each statement execute function refuse_change();
