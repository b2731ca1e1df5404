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
    pg_temp.draw(n, 6) as pace
  from generate_series(:first::bigint, :last::bigint) as n
),
rewarded as (
  select
    drawn.*, merchant.id as merchant_id, merchant.offer_id, merchant.type, merchant.value, merchant.cap,
    case merchant.type
      when 'fixed' then least(merchant.value, amount)
      -- Half to even, in whole minor units.
      else amount * value / 1000000
        + case
            when amount * value % 1000000 > 500000 then 1
            when amount * value % 1000000 = 500000 then amount * value / 1000000 % 2
            else 0
          end
    end as uncapped
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
  merchant_id, offer_id, type, value, cap, amount, uncapped,
  -- What the claims before this one left of the cap.
  case when cap is null then uncapped else least(cap, claimed) - least(cap, claimed - uncapped) end,
  (case when pace < 0.3 then 'user' else 'admin' end)::actor_type,
  created_ms,
  greatest(created_ms - (pace * 172800000)::bigint, :month_ms),
  case when confirmed_ms < :end_ms then confirmed_ms end,
  case when reversed_ms < :end_ms then reversed_ms end,
  case when reversed_ms < :end_ms then (array['returned', 'cancelled', 'declined', 'fraud', 'error'])[1 + n % 5] end::reversal_reason
from claimed
join seed_users as shopper on shopper.number = claimed.user_number
cross join lateral (
  select
    -- In a hundred: 4 are reversed while pending, 2 stay pending, the others are confirmed, of which 4 come back.
    case when fate >= 0.06 then created_ms + 14 * 86400000::bigint + (pace * 1382400000)::bigint end as confirmed_ms,
    -- After the month of their cap: its room is given back when nobody can use it any more.
    case when fate < 0.04 or fate >= 0.96 then created_ms + 35 * 86400000::bigint + (pace * 2160000000)::bigint end as reversed_ms
) as fates
order by n;

-- Nobody else keeps statistics of temporary tables.
analyze seed_purchases;

insert into purchases (
  id, external_id, user_id, merchant_id, offer_id, amount, currency, purchased_at, status, created_at, confirmed_at,
  reversed_at, reversal_reason
)
select
  id, 'large-' || n, user_id, merchant_id, offer_id, amount * :unit, :currency, pg_temp.at(purchased_ms),
  (case when reversed_ms is not null then 'reversed' when confirmed_ms is not null then 'confirmed' else 'pending' end)::purchase_status,
  pg_temp.at(created_ms), pg_temp.at(confirmed_ms), pg_temp.at(reversed_ms), reason
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

insert into cashback_cap_usage (user_id, offer_id, month, cap, used)
select
  user_id, offer_id, pg_temp.at(:month_ms)::date, min(cap) * :unit,
  coalesce(sum(reward) filter (where reversed_ms is null), 0) * :unit
from seed_purchases
where n between :first and :last and cap is not null
group by user_id, offer_id;

create temp table seed_events on commit drop as
select 1 as kind, n, id, wallet_id, created_ms as at_ms, reward,
  'cashback_credit'::wallet_entry_type as type, 'platform'::wallet_bucket as from_bucket, 'pending'::wallet_bucket as to_bucket
from seed_purchases where created_ms >= :month_ms and created_ms < :next_month_ms
union all
select 2, n, id, wallet_id, confirmed_ms, reward, 'cashback_confirmation', 'pending', 'available'
from seed_purchases where confirmed_ms >= :month_ms and confirmed_ms < :next_month_ms
union all
select 3, n, id, wallet_id, reversed_ms, reward, 'cashback_reversal',
  (case when confirmed_ms is null then 'pending' else 'available' end)::wallet_bucket, 'platform'
from seed_purchases where reversed_ms >= :month_ms and reversed_ms < :next_month_ms;

analyze seed_events;

with moved as (
  select
    event.*,
    row_number() over journal as step,
    sum(case wallet_bucket 'pending' when to_bucket then reward when from_bucket then -reward else 0 end) over journal as pending,
    sum(case wallet_bucket 'available' when to_bucket then reward when from_bucket then -reward else 0 end) over journal as available
  from seed_events as event
  where reward > 0
  window journal as (partition by wallet_id order by at_ms, n, kind rows unbounded preceding)
),
appended as (
  insert into wallet_entries (
    id, wallet_id, sequence, type, from_bucket, to_bucket, amount, source_type, source_id,
    pending_after, available_after, paid_after, created_at
  )
  select
    pg_temp.make_id(at_ms, n, 7), wallet_id, sequence + step, type, from_bucket, to_bucket, reward * :unit, 'purchase', id,
    (wallet.pending + moved.pending) * :unit, (wallet.available + moved.available) * :unit, wallet.paid * :unit, pg_temp.at(at_ms)
  from moved join seed_wallets as wallet using (wallet_id)
  order by at_ms, n, kind
)
update seed_wallets as wallet
set sequence = sequence + steps, pending = pending + pending_moved, available = available + available_moved
from (
  select
    wallet_id, count(*) as steps,
    sum(case wallet_bucket 'pending' when to_bucket then reward when from_bucket then -reward else 0 end) as pending_moved,
    sum(case wallet_bucket 'available' when to_bucket then reward when from_bucket then -reward else 0 end) as available_moved
  from seed_events where reward > 0
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
  case event.kind when 1 then 'purchase.recorded' when 2 then 'purchase.confirmed' else 'purchase.reversed' end,
  'purchase', event.id, 'success',
  case event.kind
    when 1 then jsonb_build_object(
      'external_id', 'large-' || n, 'user_id', user_id, 'amount', (amount * :unit)::text,
      'cashback_amount', (event.reward * :unit)::text, 'currency', :currency)
    else jsonb_build_object(
      'from', case from_bucket when 'pending' then 'pending' else 'confirmed' end,
      'cashback_amount', (event.reward * :unit)::text, 'currency', :currency)
  end,
  -- Users report one by one, back offices in batches.
  case
    when event.kind = 1 and reporter = 'user' then pg_temp.make_id(at_ms, n, 12)::text
    else pg_temp.make_id(at_ms - at_ms % 600000, at_ms / 600000, 12 + event.kind)::text
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
