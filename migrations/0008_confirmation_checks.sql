-- Up Migration

-- Apart from the migration before, so that checking the rows that are there holds up no writer.
alter table purchases validate constraint purchases_held_is_pending;
alter table merchants validate constraint merchants_confirmation_days_in_range;

-- What auto-confirmation looks through, merchant by merchant, oldest first.
-- squawk-ignore require-concurrent-index-creation
create index purchases_due on purchases (merchant_id, created_at) where status = 'pending' and not held;
