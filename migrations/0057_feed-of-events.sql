-- Up Migration

-- What a transaction is recorded as: its id, plus a constant. The constant is 0 until the database is restored by
-- pg_restore into a server that has given out fewer transaction ids. See continue_recording().
create function recording_position(transaction xid8) returns xid8
  language sql stable parallel safe
  return transaction;

alter table audit_logs alter column recorded_in set default recording_position(pg_current_xact_id());

-- The order of the feed of events is (recorded_in, id): a reader that follows it sees each transaction once it and all
-- earlier ones have finished. On a database with millions of records this locks the table against writes while it builds.
-- Create it by hand before the upgrade, with `create index concurrently if not exists …` and the same name.
-- squawk-ignore require-concurrent-index-creation
create index if not exists audit_logs_feed on audit_logs (recorded_in, id);

-- How far each reader inside the platform has come: it has seen what is not after (recorded_in, event_id).
create table event_consumers (
  name text primary key check (name ~ '^[a-z_]{1,64}$'),
  recorded_in xid8 not null,
  event_id uuid not null
);

-- The present end of the feed: all transactions of this database below it have finished, and later ones are not below it. So
-- what is before it never changes. A transaction that stays open keeps it where it is; one of another database of the server
-- does not.
create function feed_end() returns xid8
  language sql stable
begin atomic
  select recording_position(
    coalesce(
      (
        select running
        from pg_snapshot_xip(pg_current_snapshot()) as running
        where not exists (
          select from pg_locks join pg_stat_activity using (pid)
          where locktype = 'transactionid' and granted and mode = 'ExclusiveLock'
            and transactionid = running::xid
            and datid <> (select oid from pg_database where datname = current_database())
        )
        order by running
        limit 1
      ),
      pg_snapshot_xmax(pg_current_snapshot())
    )
  );
end;

-- How far records lie beyond the transactions of this server. More than 0 only after a restore into another server.
create function recordings_ahead() returns bigint
  language sql stable
begin atomic
  select greatest(
    0,
    (
      select max(bound)
      from (
        (select recorded_in::text::bigint + 1 from audit_logs order by recorded_in desc, id desc limit 1)
        union all
        (select before::text::bigint from audit_seals order by number desc limit 1)
        union all
        select recorded_in::text::bigint from event_consumers
      ) as bounds (bound)
    ) - recording_position(pg_snapshot_xmax(pg_current_snapshot()))::text::bigint
  );
end;

-- After a restore, makes new records come after the restored ones. The owner calls it before the platform writes.
create function continue_recording() returns void
  language plpgsql
as $$
declare
  ahead bigint;
begin
  -- Processes that start at the same time take turns.
  perform pg_advisory_xact_lock(hashtext('continue_recording'));
  ahead := recordings_ahead();
  if ahead > 0 then
    execute format(
      'create or replace function recording_position(transaction xid8) returns xid8 '
      'language sql stable parallel safe return (transaction::text::bigint + %s)::text::xid8',
      recording_position('0')::text::bigint + ahead
    );
  end if;
end
$$;
