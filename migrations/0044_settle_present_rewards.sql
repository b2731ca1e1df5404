-- Up Migration

-- A settlement moves the present reward of a purchase, from where it is. A process of the version before knows no
-- revisions: it would confirm or reverse the reward as it was recorded, and take from `available` what was confirmed.
-- Checked at COMMIT, when purchase, reward and journal are written, and only where the two versions can differ.
create function require_settled_present_reward() returns trigger language plpgsql as $$
begin
  if exists (
    with present as (
      select cashback_transactions.status, coalesce(latest.reward, cashback_transactions.amount) as reward
      from cashback_transactions
        left join lateral (
          select reward from purchase_revisions where purchase_id = new.id order by seq desc limit 1
        ) as latest on true
      where cashback_transactions.purchase_id = new.id
    ),
    source as (
      select new.id as id
      union all select id from purchase_revisions where purchase_id = new.id
    ),
    journal as (
      select
        coalesce(sum(case wallet_bucket 'pending' when to_bucket then amount when from_bucket then -amount end), 0)
          as pending,
        coalesce(sum(case wallet_bucket 'available' when to_bucket then amount when from_bucket then -amount end), 0)
          as available
      from source join wallet_entries on source_id = source.id
    )
    select from present, journal
    where journal.pending <> case when present.status = 'pending' then present.reward else 0 end
      or journal.available <> case when present.status = 'available' then present.reward else 0 end
  ) then
    -- Older processes answer this code with OVERLOADED, so the client repeats, until a present process settles.
    raise exception 'the journal of purchase % differs from its present reward', new.id
      using errcode = 'lock_not_available', hint = 'A process of an older version cannot settle it.';
  end if;
  return null;
end
$$;

create constraint trigger purchases_settle_their_present_reward
  after update of status on purchases
  deferrable initially deferred
  for each row when (new.status <> old.status and (new.revision > 0 or old.status = 'confirmed'))
  execute function require_settled_present_reward();

-- Such a reversal also gives a cap more room back than the reward has used. It gets the same answer where the cap would
-- fall below zero, which happens before COMMIT.
create function refuse_excess_release() returns trigger language plpgsql as $$
begin
  raise exception 'cashback_cap_usage_within_cap: a cap gets more room back than was used'
    using errcode = 'lock_not_available', hint = 'A process of an older version cannot reverse an amended purchase.';
end
$$;

create trigger cashback_cap_usage_releases_no_excess
  before update of used on cashback_cap_usage
  for each row when (new.used < 0)
  execute function refuse_excess_release();
