-- Up Migration

-- On a database with millions of purchases the indexes of purchases lock the table against writes while they build. Create
-- them by hand before the upgrade, with `create index concurrently if not exists …` and the same names.

-- The purchases of one source: the partner, all shoppers (ffff…) or the administrators (0000…). The order of ids is that of
-- the indexes of lists (0017).
-- squawk-ignore require-concurrent-index-creation
create index if not exists purchases_source on purchases (
  (
    case
      when partner_id is not null then partner_id
      when namespace is not null then 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid
      else '00000000-0000-0000-0000-000000000000'::uuid
    end
  ),
  status,
  id nulls first
);
alter index purchases_source alter column 1 set statistics 50;

-- The order first: it is searched with and without its merchant. Replaces the index that has the merchant first.
-- squawk-ignore require-concurrent-index-creation
create index if not exists purchases_order_key on purchases (order_key, merchant_id) where order_key is not null;
-- squawk-ignore require-concurrent-index-deletion
drop index purchases_order;

-- By what another source called the purchase, whoever that is.
-- squawk-ignore require-concurrent-index-creation
create index purchase_witnesses_external_id on purchase_witnesses (external_id);

-- In the order of bytes, so that the beginning of a reference finds it under every collation.
-- squawk-ignore require-concurrent-index-creation
create index if not exists payouts_external_reference
  on payouts (lower(external_reference) text_pattern_ops, id nulls first) where external_reference is not null;

-- Any part of a name (0024).
-- squawk-ignore require-concurrent-index-creation
create index merchants_name_parts on merchants using gin (name_folded gin_trgm_ops);
