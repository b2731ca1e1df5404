-- Up Migration

-- The index of 0073 with the columns of its expression, without which PostgreSQL reads each row that it counts. On a database
-- with millions of purchases it locks the table against writes while it builds. Create it by hand before the upgrade, with
-- `create index concurrently if not exists …` and the same name.
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
-- squawk-ignore require-concurrent-index-deletion
drop index if exists purchases_source;
