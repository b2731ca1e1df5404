-- Up Migration

-- Where events are sent to. Of a partner, or of the operator.
create table webhook_endpoints (
  id uuid primary key,
  partner_id uuid references partners (id),
  url text not null check (char_length(url) between 1 and 2048),
  -- `purchase.confirmed`, `purchase.*` or `*`.
  event_types text[] not null check (cardinality(event_types) between 1 and 50),
  description text,
  active boolean not null,
  -- Why the platform deactivated it: `gone` or `failures`. Null if a person did.
  disabled_reason text check (disabled_reason in ('gone', 'failures')),
  -- Encrypted with ENCRYPTION_KEYS. Null once the endpoint is deleted.
  secret text,
  previous_secret text,
  previous_secret_until timestamptz,
  -- The first failure since which nothing was delivered, and the latest one.
  failing_since timestamptz,
  last_failed_at timestamptz,
  -- By `Retry-After` of the receiver.
  paused_until timestamptz,
  -- A replay sends the events again whose ids are above the one and up to the other.
  replay_after uuid,
  replay_until uuid,
  created_at timestamptz not null,
  -- Its deliveries are deleted in batches, and then the row.
  deleted_at timestamptz,
  constraint webhook_endpoints_have_a_secret check (secret is not null or deleted_at is not null),
  constraint webhook_endpoints_replay_a_range check (num_nulls(replay_after, replay_until) <> 1)
);

create index webhook_endpoints_partner on webhook_endpoints (partner_id);

create type webhook_delivery_status as enum ('pending', 'succeeded', 'failed');

-- One event at one endpoint.
create table webhook_deliveries (
  endpoint_id uuid not null references webhook_endpoints (id),
  -- The event: an audit record.
  id uuid not null,
  event_type text not null,
  status webhook_delivery_status not null,
  -- The next attempt. Null unless the delivery is pending.
  due_at timestamptz,
  -- By the clock of the database: until then the attempt of a process is under way. Later, another process takes it over.
  taken_until timestamptz,
  -- Attempts since the delivery was created or sent again by hand.
  -- squawk-ignore prefer-bigint-over-int
  attempted integer not null default 0,
  -- The latest attempts, oldest first: time, duration, status or failure, and the beginning of the response.
  attempts jsonb not null default '[]',
  created_at timestamptz not null,
  primary key (endpoint_id, id),
  constraint webhook_deliveries_pending_are_due check ((status = 'pending') = (due_at is not null))
)
-- The rows of a queue change often, and are dead soon.
with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

create index webhook_deliveries_due on webhook_deliveries (endpoint_id, due_at) where status = 'pending';
create index webhook_deliveries_taken on webhook_deliveries (endpoint_id, taken_until) where taken_until is not null;
create index webhook_deliveries_status on webhook_deliveries (endpoint_id, status, id);
