-- One month: purchases :first to :last, recorded from :month_ms on and before :next_month_ms, and what becomes of
-- them and of earlier ones in it. Caps are those of a calendar month, so no cap reaches into another chunk.

delete from seed_purchases where created_ms < :month_ms - 70 * 86400000::bigint;

insert into seed_purchases
with drawn as (
  select
    n,
    :start_ms + (n - 1) * :span_ms / :purchases as created_ms,
    case
      when pg_temp.draw(n, 1) < 0.0125 then 0
      else 1 + floor(pg_temp.draw(n, 2) ^ 2 * (:users - 1))::int
    end as user_number,
    floor(pg_temp.draw(n, 3) ^ 3 * :merchants)::int as merchant_number,
    100 + floor(pg_temp.draw(n, 4) ^ 2 * 29900)::bigint as amount,
    pg_temp.draw(n, 5) as fate,
    pg_temp.draw(n, 6) as pace,
    pg_temp.draw(n, 9) as fault
  from generate_series(:first::bigint, :last::bigint) as n
),
rewarded as (
  select
    drawn.*, merchant.id as merchant_id, merchant.offer_id, merchant.type, merchant.value, merchant.cap,
    pg_temp.reward_of(amount, merchant.type, merchant.value) as uncapped
  from drawn join seed_merchants as merchant on merchant.number = drawn.merchant_number
),
claimed as (
  select
    rewarded.*,
    case when cap is not null then
      sum(uncapped) over (partition by user_number, merchant_number order by n rows unbounded preceding)
    end::bigint as claimed
  from rewarded
)
select
  n, pg_temp.make_id(created_ms, n, 5), pg_temp.make_id(created_ms, n, 6), shopper.id, shopper.wallet_id,
  merchant_id, offer_id, type, value, cap, amount, uncapped, reward,
  (case when pace < 0.3 then 'user' else 'admin' end)::actor_type,
  created_ms,
  greatest(created_ms - (pace * 172800000)::bigint, :month_ms),
  case when confirmed_ms < :end_ms then confirmed_ms end,
  case when reversed_ms < :end_ms then reversed_ms end,
  case when reversed_ms < :end_ms then (array['returned', 'cancelled', 'declined', 'fraud', 'error'])[1 + n % 5] end::reversal_reason,
  revised_ms,
  case when revised_ms is not null then kept end,
  case when revised_ms is not null then pg_temp.reward_of(kept, type, value) end,
  case when revised_ms is not null then least(reward, pg_temp.reward_of(kept, type, value)) end
from claimed
join seed_users as shopper on shopper.number = claimed.user_number
-- What the claims before this one left of the cap.
cross join lateral (
  select case when cap is null then uncapped else least(cap, claimed) - least(cap, claimed - uncapped) end as reward
) as granted
cross join lateral (
  select
    -- In a hundred: 4 are reversed while pending, 2 stay pending, the others are confirmed, of which 4 come back.
    case when fate >= 0.06 then created_ms + 14 * 86400000::bigint + (pace * 1382400000)::bigint end as confirmed_ms,
    -- After the month of their cap: its room is given back when nobody can use it any more.
    case when fate < 0.04 or fate >= 0.96 then created_ms + 35 * 86400000::bigint + (pace * 2160000000)::bigint end as reversed_ms,
    -- Of two in a hundred a part comes back. A cap allows it after its month only, as above. By then most are confirmed.
    case
      when fault < 0.01 and cap is null then created_ms + 7 * 86400000::bigint
      when fault < 0.02 then created_ms + 32 * 86400000::bigint
    end as planned_ms
) as fates
cross join lateral (
  select case when planned_ms < :end_ms then planned_ms end as revised_ms, amount * (n % 90) / 100 as kept
) as returns
order by n;

-- Nobody else keeps statistics of temporary tables.
analyze seed_purchases;

insert into purchases (
  id, external_id, user_id, merchant_id, offer_id, amount, currency, purchased_at, status, created_at, confirmed_at,
  reversed_at, reversal_reason, revision
)
select
  id, 'large-' || n, user_id, merchant_id, offer_id, amount * :unit, :currency, pg_temp.at(purchased_ms),
  (case when reversed_ms is not null then 'reversed' when confirmed_ms is not null then 'confirmed' else 'pending' end)::purchase_status,
  pg_temp.at(created_ms), pg_temp.at(confirmed_ms), pg_temp.at(reversed_ms), reason,
  case when revised_ms is null then 0 else 1 end
from seed_purchases
where n between :first and :last
order by n;

insert into cashback_transactions (
  id, purchase_id, user_id, offer_id, cashback_type, cashback_value, monthly_cap, cap_month, uncapped_amount, amount,
  currency, status, created_at
)
select
  reward_id, id, user_id, offer_id, type, case type when 'percent' then value / 10000.0 else value * :unit end,
  cap * :unit, case when cap is not null then pg_temp.at(:month_ms)::date end, uncapped * :unit, reward * :unit, :currency,
  (case when reversed_ms is not null then 'reversed' when confirmed_ms is not null then 'available' else 'pending' end)::cashback_status,
  pg_temp.at(created_ms)
from seed_purchases
where n between :first and :last
order by n;

insert into purchase_revisions (
  id, purchase_id, seq, namespace, source_kind, version, cause, amount, lines, state, uncapped_amount, reward, bucket,
  reward_before, bucket_before, reason, actor_type, actor_id, created_at
)
select
  pg_temp.make_id(revised_ms, n, 8), id, 1, '00000000-0000-0000-0000-000000000000', 'admin', 'return-1', 'amended',
  revised_amount * :unit,
  case n % 2 when 1 then jsonb_build_array(
    jsonb_build_object(
      'line_id', 'kept', 'amount', (revised_amount * :unit)::text, 'category', null, 'status', 'approved'),
    jsonb_build_object(
      'line_id', 'returned', 'amount', ((amount - revised_amount) * :unit)::text, 'category', null, 'status', 'rejected')
  ) end,
  (case when confirmed_ms < revised_ms then 'confirmed' else 'pending' end)::purchase_status,
  revised_uncapped * :unit, revised_reward * :unit, bucket, reward * :unit, bucket, 'part of the order returned', 'admin',
  :admin_id, pg_temp.at(revised_ms)
from seed_purchases
cross join lateral (
  select (case when confirmed_ms < revised_ms then 'available' else 'pending' end)::wallet_bucket as bucket
) as present
where n between :first and :last and revised_ms is not null
order by revised_ms, n;

insert into cashback_cap_usage (user_id, offer_id, month, cap, used)
select
  user_id, offer_id, pg_temp.at(:month_ms)::date, min(cap) * :unit,
  coalesce(sum(coalesce(revised_reward, reward)) filter (where reversed_ms is null), 0) * :unit
from seed_purchases
where n between :first and :last and cap is not null
group by user_id, offer_id;

create temp table seed_events on commit drop as
select 1 as kind, n, id, wallet_id, created_ms as at_ms, reward as change, reward as cashback,
  'cashback_credit'::wallet_entry_type as type, 'platform'::wallet_bucket as from_bucket, 'pending'::wallet_bucket as to_bucket,
  'purchase'::wallet_source_type as source_type, id as source_id
from seed_purchases where created_ms >= :month_ms and created_ms < :next_month_ms
union all
select 2, n, id, wallet_id, confirmed_ms, confirmed, confirmed, 'cashback_confirmation', 'pending', 'available',
  'purchase', id
from seed_purchases
cross join lateral (
  select case when revised_ms < confirmed_ms then revised_reward else reward end as confirmed
) as rewarded
where confirmed_ms >= :month_ms and confirmed_ms < :next_month_ms
union all
select 3, n, id, wallet_id, reversed_ms, coalesce(revised_reward, reward), coalesce(revised_reward, reward),
  'cashback_reversal', (case when confirmed_ms is null then 'pending' else 'available' end)::wallet_bucket, 'platform',
  'purchase', id
from seed_purchases where reversed_ms >= :month_ms and reversed_ms < :next_month_ms
union all
select 4, n, id, wallet_id, revised_ms, reward - revised_reward, revised_reward, 'cashback_reversal',
  (case when confirmed_ms < revised_ms then 'available' else 'pending' end)::wallet_bucket, 'platform',
  'revision', pg_temp.make_id(revised_ms, n, 8)
from seed_purchases where revised_ms >= :month_ms and revised_ms < :next_month_ms;

analyze seed_events;

with moved as (
  select
    event.*,
    row_number() over journal as step,
    sum(case wallet_bucket 'pending' when to_bucket then change when from_bucket then -change else 0 end) over journal as pending,
    sum(case wallet_bucket 'available' when to_bucket then change when from_bucket then -change else 0 end) over journal as available
  from seed_events as event
  where change > 0
  window journal as (partition by wallet_id order by at_ms, n, kind rows unbounded preceding)
),
appended as (
  insert into wallet_entries (
    id, wallet_id, sequence, type, from_bucket, to_bucket, amount, source_type, source_id,
    pending_after, available_after, paid_after, created_at
  )
  select
    pg_temp.make_id(at_ms, n, 7), wallet_id, sequence + step, type, from_bucket, to_bucket, change * :unit,
    source_type, source_id,
    (wallet.pending + moved.pending) * :unit, (wallet.available + moved.available) * :unit, wallet.paid * :unit, pg_temp.at(at_ms)
  from moved join seed_wallets as wallet using (wallet_id)
  order by at_ms, n, kind
)
update seed_wallets as wallet
set sequence = sequence + steps, pending = pending + pending_moved, available = available + available_moved
from (
  select
    wallet_id, count(*) as steps,
    sum(case wallet_bucket 'pending' when to_bucket then change when from_bucket then -change else 0 end) as pending_moved,
    sum(case wallet_bucket 'available' when to_bucket then change when from_bucket then -change else 0 end) as available_moved
  from seed_events where change > 0
  group by wallet_id
) as month
where month.wallet_id = wallet.wallet_id;

insert into audit_logs (
  id, occurred_at, actor_type, actor_id, action, resource_type, resource_id, outcome, details, request_id
)
select
  pg_temp.make_id(at_ms, n, 8 + event.kind), pg_temp.at(at_ms),
  (case when event.kind = 1 then reporter else 'admin' end)::actor_type,
  case when event.kind = 1 and reporter = 'user' then user_id else :admin_id end,
  case event.kind
    when 1 then 'purchase.recorded' when 2 then 'purchase.confirmed' when 3 then 'purchase.reversed'
    else 'purchase.amended'
  end,
  'purchase', event.id, 'success',
  case event.kind
    when 1 then jsonb_build_object(
      'external_id', 'large-' || n, 'user_id', user_id, 'amount', (amount * :unit)::text,
      'cashback_amount', (cashback * :unit)::text, 'currency', :currency)
    when 4 then jsonb_build_object(
      'revision', 1, 'version', 'return-1', 'reason', 'part of the order returned', 'user_id', user_id,
      'amount_before', (amount * :unit)::text, 'amount', (revised_amount * :unit)::text,
      'cashback_amount_before', (reward * :unit)::text, 'cashback_amount', (cashback * :unit)::text,
      'cashback_status', from_bucket, 'currency', :currency)
    else jsonb_build_object(
      'from', case from_bucket when 'pending' then 'pending' else 'confirmed' end,
      'cashback_amount', (cashback * :unit)::text, 'currency', :currency)
  end,
  -- Users report one by one, back offices in batches.
  case
    when event.kind = 1 and reporter = 'user' then pg_temp.make_id(at_ms, n, 12)::text
    else pg_temp.make_id(at_ms - at_ms % 600000, at_ms / 600000, 12 + least(event.kind, 3))::text
  end
from seed_events as event join seed_purchases using (n)
order by at_ms, n, event.kind;

drop table seed_events;

analyze seed_wallets;

-- Who withdraws when the month is over: three wallets in ten that hold enough. The program seals the bank details.
create temp table seed_payouts on commit drop as
select
  n, pg_temp.make_id(requested_ms, n, 0) as id, shopper.id as user_id, wallet.wallet_id, requested_ms,
  available - available % 100 as amount,
  (case
    when fate < 0.8 then 'completed' when fate < 0.85 then 'failed' when fate < 0.9 then 'cancelled'
    when fate < 0.95 then 'processing' else 'requested'
  end)::payout_status as status,
  null::text as details_encrypted
from seed_wallets as wallet
join seed_users as shopper on shopper.wallet_id = wallet.wallet_id
cross join lateral (select :month::bigint * :users + number as n, :next_month_ms - 60000 + number % 50000 as requested_ms) as numbered
cross join lateral (select pg_temp.draw(n, 7) as chance, pg_temp.draw(n, 8) as fate) as drawn
where chance < 0.3 and available >= 1000 and :next_month_ms <= :end_ms;
