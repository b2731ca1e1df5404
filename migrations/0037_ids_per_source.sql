-- Up Migration

-- The strongest lock first. With the weaker one of the new index, a transaction may still lock a row to update it, and
-- then waits for this migration, which waits for it to drop the constraint: under load a deadlock each time.
lock table purchases in access exclusive mode;

-- An external id is unique for its source. The id stands first: so the index serves the version before as well, which
-- asks by partner and id.
--
-- On a database with millions of purchases these lock the table against writes while they build. Before the upgrade,
-- create the columns of 0036 by hand (`add column if not exists`) and these indexes with `concurrently` and these names.
-- squawk-ignore require-concurrent-index-creation
create unique index if not exists purchases_id_of_source
  on purchases (external_id, coalesce(namespace, partner_id, '00000000-0000-0000-0000-000000000000'));
-- squawk-ignore require-concurrent-index-creation
create index if not exists purchases_order on purchases (merchant_id, order_key) where order_key is not null;

-- Under the old name, which processes translate.
alter table purchases drop constraint purchases_external_id_key;
alter index purchases_id_of_source rename to purchases_external_id_key;

-- Keys, found by their index whatever is in it (0027).
alter table purchases alter column namespace set statistics 20;
alter table purchases alter column order_key set statistics 20;
alter index purchases_external_id_key alter column 2 set statistics 0;
