-- Up Migration

-- purchases_order_key has replaced it. In a migration of its own: the lock of the drop is stronger than that of a new index,
-- and a lock that becomes stronger deadlocks with requests.
-- squawk-ignore require-concurrent-index-deletion
drop index if exists purchases_order;
