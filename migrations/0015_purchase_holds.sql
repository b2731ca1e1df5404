-- Up Migration

create type hold_resolution as enum ('released', 'confirmed', 'reversed');

-- Why a purchase was held for review, and what became of it.
create table purchase_holds (
  purchase_id uuid primary key references purchases (id),
  -- A list of {rule, evidence}.
  reasons jsonb not null check (jsonb_typeof(reasons) = 'array' and jsonb_array_length(reasons) > 0),
  held_at timestamptz not null,
  resolution hold_resolution,
  resolved_at timestamptz,
  -- Null: a partner or the platform resolved it, not an account.
  resolved_by uuid references users (id),
  constraint purchase_holds_resolved_has_a_time check ((resolution is null) = (resolved_at is null)),
  constraint purchase_holds_open_has_no_resolver check (resolution is not null or resolved_by is null)
);

create index purchase_holds_open on purchase_holds (purchase_id desc) where resolution is null;

create trigger purchase_holds_reasons_are_immutable
  before update of purchase_id, reasons, held_at on purchase_holds
  for each statement execute function refuse_change();

create trigger purchase_holds_are_resolved_once
  before update on purchase_holds
  for each row when (old.resolution is not null)
  execute function refuse_change();

create trigger purchase_holds_are_kept
  before delete or truncate on purchase_holds
  for each statement execute function refuse_change();

-- One order behind many users. Purchases below the lowest floor that may be configured are not in it.
-- squawk-ignore require-concurrent-index-creation
create index purchases_order_time on purchases (merchant_id, amount, purchased_at) where amount >= 100;

-- The few that are held. The order of ids is that of the indexes of lists (0017).
-- squawk-ignore require-concurrent-index-creation
create index purchases_held on purchases (id nulls first) where held;
