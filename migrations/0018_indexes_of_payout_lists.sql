-- Up Migration

-- In the order that large lists ask for: see 0017.
-- squawk-ignore require-concurrent-index-deletion
drop index payouts_user;
-- squawk-ignore require-concurrent-index-deletion
drop index payouts_status;
-- squawk-ignore require-concurrent-index-creation
create index payouts_user on payouts (user_id, id nulls first);
-- squawk-ignore require-concurrent-index-creation
create index payouts_status on payouts (status, id nulls first);
