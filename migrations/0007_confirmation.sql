-- Up Migration

-- Held: pending and under review, so that no job confirms it.
alter table purchases add column held boolean not null default false;
alter table purchases
  add constraint purchases_held_is_pending check (not held or status = 'pending') not valid;

-- Days after which a recorded purchase is confirmed by itself; null: the platform's default.
-- squawk-ignore prefer-bigint-over-int
alter table merchants add column confirmation_days integer;
alter table merchants
  add constraint merchants_confirmation_days_in_range check (confirmation_days between 0 and 365) not valid;
