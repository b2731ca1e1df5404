-- Up Migration

-- Processes keep what barely changes in memory. Whatever changes it, be it a statement typed by hand, tells them in
-- the transaction that does: the table, and the keys of the rows, or no keys for "any of them".
-- The trigger's argument is the column that holds the key.
create function tell_caches() returns trigger
  language plpgsql
as $$
declare
  keys text;
begin
  if tg_op <> 'TRUNCATE' then
    execute format(
      'select coalesce(string_agg(distinct %I::text, '',''), ''none'') from %s',
      tg_argv[0],
      case tg_op
        when 'UPDATE' then '(table rows_before union all table rows_after) as changed'
        when 'DELETE' then 'rows_before'
        else 'rows_after'
      end
    ) into keys;
    if keys = 'none' then
      return null;
    end if;
    -- A notification holds less than 8000 bytes.
    if octet_length(keys) > 7000 then
      keys := null;
    end if;
  end if;
  perform pg_notify('clicknback_changes', concat_ws(' ', tg_table_name, keys));
  return null;
end
$$;

-- Nothing remembers that a merchant is missing, so a new one need not be told of.
create trigger merchants_tell_caches_of_updates
  after update on merchants referencing old table as rows_before new table as rows_after
  for each statement execute function tell_caches('id');

create trigger merchants_tell_caches_of_deletes
  after delete on merchants referencing old table as rows_before
  for each statement execute function tell_caches('id');

create trigger merchants_tell_caches_of_truncates
  after truncate on merchants
  for each statement execute function tell_caches('id');

-- Offers are kept by their merchant. Rows of offers are never deleted.
create trigger offers_tell_caches_of_inserts
  after insert on offers referencing new table as rows_after
  for each statement execute function tell_caches('merchant_id');

create trigger offers_tell_caches_of_updates
  after update on offers referencing old table as rows_before new table as rows_after
  for each statement execute function tell_caches('merchant_id');
