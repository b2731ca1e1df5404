-- Up Migration

create type adjustment_direction as enum ('credit', 'debit');

-- Why an administrator moved money by hand. The journal's entry names it as its source.
create table adjustments (
  id uuid primary key,
  user_id uuid not null references users (id),
  amount money_amount not null check (amount > 0),
  currency currency_code not null,
  direction adjustment_direction not null,
  reason text not null check (length(reason) between 1 and 500),
  admin_id uuid not null references users (id),
  created_at timestamptz not null
);

create index adjustments_user on adjustments (user_id, id desc);

create trigger adjustments_are_append_only
  before update or delete or truncate on adjustments
  for each statement execute function refuse_change();
