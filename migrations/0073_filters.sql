-- Up Migration

-- On a database with millions of purchases the indexes of purchases lock the table against writes while they build. Create
-- them by hand before the upgrade, with `create index concurrently if not exists …` and the same names.

-- The purchases of one source: the partner, all shoppers (ffff…) or the administrators (0000…). The order of ids is that of
-- the indexes of lists (0017). Without the columns of its expression, PostgreSQL would read each row that it counts.
-- squawk-ignore require-concurrent-index-creation
create index if not exists purchases_by_source on purchases (
  (
    case
      when partner_id is not null then partner_id
      when namespace is not null then 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid
      else '00000000-0000-0000-0000-000000000000'::uuid
    end
  ),
  status,
  id nulls first
) include (partner_id, namespace);
alter index purchases_by_source alter column 1 set statistics 50;

-- The order first: it is searched with and without its merchant. It replaces purchases_order, which 0077 drops.
-- squawk-ignore require-concurrent-index-creation
create index if not exists purchases_order_key on purchases (order_key, merchant_id) where order_key is not null;
