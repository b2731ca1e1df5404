-- Up Migration

-- An id carries the millisecond in which its purchase was recorded, so purchases_merchant_status has the pending ones of
-- a merchant in the order in which they become due. Each purchase, and each settlement, writes one index less.
-- squawk-ignore require-concurrent-index-deletion
drop index purchases_due;

-- No index has it now, see the migration before.
alter table purchases alter column created_at set statistics 0;
