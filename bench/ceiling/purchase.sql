-- One purchase, all of it, as one statement: the rows, keys, constraints and triggers that the platform has. What a
-- database gives without gathering purchases. The words in colons are a purchase's own values.
with
  submission as (
    select :partner_id::uuid as partner_id, :external_id::text as external_id, :user_id::uuid as user_id,
      :merchant_id::uuid as merchant_id, :amount::numeric as amount, :purchased_at::timestamptz as purchased_at
  ),
  programme as (
    select
      submission.*, offers.id as offer_id, cashback_type, cashback_value, currency, monthly_cap,
      date_trunc('month', purchased_at at time zone 'UTC')::date as cap_month,
      -- Half to even, as the platform rounds: one cent less where round() took a half up to an odd cent.
      case cashback_type
        when 'fixed' then cashback_value
        else round(cents / 100, 2) - (case when mod(cents, 2) = 0.5 then 0.01 else 0 end)
      end as reward
    from submission
    join users on users.id = user_id and users.active
    join merchants on merchants.id = submission.merchant_id and merchants.active
    join offers on offers.merchant_id = merchants.id and offers.active
      and (purchased_at at time zone 'UTC')::date between offers.start_date and offers.end_date
    cross join lateral (select amount * cashback_value as cents) as exact
  ),
  recorded as (
    insert into purchases (
      id, partner_id, external_id, user_id, merchant_id, offer_id, amount, currency, purchased_at, created_at
    )
    select
      uuidv7(), partner_id, external_id, user_id, merchant_id, offer_id, amount, currency, purchased_at, now()
    from programme
    on conflict (external_id, coalesce(namespace, partner_id, '00000000-0000-0000-0000-000000000000')) do nothing
    returning id
  ),
  capped as (
    insert into cashback_cap_usage as usage (user_id, offer_id, month, cap, used)
    select user_id, offer_id, cap_month, monthly_cap, least(monthly_cap, reward) from programme, recorded
    on conflict (user_id, offer_id, month) do update set used = least(usage.cap, usage.used + excluded.used)
    returning new.used - coalesce(old.used, 0) as granted
  ),
  granted as (
    insert into cashback_transactions (
      id, purchase_id, user_id, offer_id, cashback_type, cashback_value, monthly_cap, cap_month,
      uncapped_amount, amount, currency, created_at
    )
    select
      uuidv7(), recorded.id, user_id, offer_id, cashback_type, cashback_value, monthly_cap, cap_month,
      reward, granted, currency, now()
    from programme, recorded, capped
    returning purchase_id, user_id, currency, amount
  ),
  credited as (
    update wallets
    set pending = pending + granted.amount, last_sequence = last_sequence + 1
    from granted
    where wallets.user_id = granted.user_id and wallets.currency = granted.currency and granted.amount > 0
    returning wallets.*, granted.amount, granted.purchase_id
  ),
  journaled as (
    insert into wallet_entries (
      id, wallet_id, sequence, type, from_bucket, to_bucket, amount, source_type, source_id,
      pending_after, available_after, paid_after, created_at
    )
    select
      uuidv7(), id, last_sequence, 'cashback_credit', 'platform', 'pending', amount, 'purchase', purchase_id,
      pending, available, paid, now()
    from credited
  )
insert into audit_logs (
  id, occurred_at, actor_type, actor_id, action, resource_type, resource_id, outcome, details, request_id
)
select
  uuidv7(), now(), 'partner', partner_id, 'purchase.recorded', 'purchase', purchase_id, 'success',
  jsonb_build_object(
    'external_id', external_id, 'user_id', programme.user_id, 'amount', programme.amount::numeric(19, 2)::text,
    'cashback_amount', granted.amount::numeric(19, 2)::text, 'currency', programme.currency
  ),
  uuidv7()::text
from programme, granted
returning resource_id as id, details ->> 'cashback_amount' as cashback_amount
