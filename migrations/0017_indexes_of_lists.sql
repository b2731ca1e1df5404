-- Up Migration

-- Each list is read in the order of an index, newest first, from any place on: what a filter names stands before the
-- id, and days are ranges of the id, which carries the millisecond of its making.
--
-- No id is null. "nulls first" makes the order of these indexes one that the primary key does not have: a list asks
-- for it (`order by id desc nulls last`), and so never walks the primary key in search of rows that may be rare or far
-- away, whatever the statistics promise. The ids ascend, as new ones then fill the pages of an index to the end;
-- descending, each page would be split and stay half empty.
--
-- On a database that already has millions of rows each of these locks its table against writes while it builds.
-- Create them by hand before the upgrade, with `create index concurrently if not exists …` and the same names.

-- squawk-ignore require-concurrent-index-creation
create index if not exists purchases_status on purchases (status, id nulls first);

-- Both without a status are the merge of the three. A user's purchases at a merchant are found in the index alone.
-- squawk-ignore require-concurrent-index-creation
create index if not exists purchases_user_status on purchases (user_id, status, id nulls first) include (merchant_id);
-- squawk-ignore require-concurrent-index-creation
create index if not exists purchases_merchant_status on purchases (merchant_id, status, id nulls first);

-- squawk-ignore require-concurrent-index-deletion
drop index purchases_user;
-- squawk-ignore require-concurrent-index-deletion
drop index purchases_merchant;

-- Kinds of records are some dozens, so a list that names less than the kind is a merge of them.
-- squawk-ignore require-concurrent-index-creation
create index if not exists audit_logs_kind on audit_logs (actor_type, resource_type, action, id nulls first);
-- squawk-ignore require-concurrent-index-creation
create index if not exists audit_logs_actor on audit_logs (actor_id, actor_type, resource_type, action, id nulls first);
-- squawk-ignore require-concurrent-index-creation
create index if not exists audit_logs_resource on audit_logs (resource_id, id nulls first);
-- squawk-ignore require-concurrent-index-creation
create index if not exists audit_logs_request on audit_logs (request_id, id nulls first) where request_id is not null;
-- Successes are nearly all rows, and need none.
-- squawk-ignore require-concurrent-index-creation
create index if not exists audit_logs_failure on audit_logs (id nulls first) where outcome = 'failure';
