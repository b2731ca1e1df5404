-- The withdrawals of a month, when it is over. Those that fail or are cancelled go back at once.

analyze seed_payouts;

insert into payouts (
  id, user_id, amount, currency, method, details_encrypted, iban_masked, account_holder_masked, status, requested_at,
  processing_at, processing_by, settled_at, completed_by, external_reference, failure_reason
)
select
  id, user_id, amount * :unit, :currency, 'bank_transfer', details_encrypted, 'DE89**************3000', 'L*** S***', status,
  pg_temp.at(requested_ms),
  case when status in ('processing', 'completed') then pg_temp.at(requested_ms + 1) end,
  case when status in ('processing', 'completed') then :admin_id end,
  case when status in ('completed', 'failed', 'cancelled') then pg_temp.at(requested_ms + 2) end,
  case when status = 'completed' then :admin_id end,
  case when status = 'completed' then 'LARGE-' || n end,
  case when status = 'failed' then 'The bank refused the account.' end
from seed_payouts
order by id;

with moves as (
  select *, 1 as step, 'payout'::wallet_entry_type as type, 'available'::wallet_bucket as from_bucket,
    'paid'::wallet_bucket as to_bucket, amount as moved
  from seed_payouts
  union all
  select *, 2, 'payout_refund', 'paid', 'available', 0
  from seed_payouts where status in ('failed', 'cancelled')
),
appended as (
  insert into wallet_entries (
    id, wallet_id, sequence, type, from_bucket, to_bucket, amount, source_type, source_id,
    pending_after, available_after, paid_after, created_at
  )
  select
    pg_temp.make_id(requested_ms + step - 1, n, step), wallet_id, sequence + step, type, from_bucket, to_bucket,
    amount * :unit, 'payout', id, wallet.pending * :unit, (wallet.available - moved) * :unit, (wallet.paid + moved) * :unit,
    pg_temp.at(requested_ms + step - 1)
  from moves join seed_wallets as wallet using (wallet_id)
  order by requested_ms, n, step
),
ended as (
  select wallet_id, max(step) as steps, (array_agg(moved order by step desc))[1] as moved from moves group by wallet_id
)
update seed_wallets as wallet
set sequence = sequence + steps, available = available - moved, paid = paid + moved
from ended
where ended.wallet_id = wallet.wallet_id;

insert into audit_logs (
  id, occurred_at, actor_type, actor_id, action, resource_type, resource_id, outcome, details, request_id
)
select
  pg_temp.make_id(requested_ms + step, n, 1), pg_temp.at(requested_ms + step), actor_type, actor_id, action, 'payout', id,
  'success', jsonb_build_object('amount', (amount * :unit)::text, 'currency', :currency),
  pg_temp.make_id(requested_ms + step, n, 2)::text
from seed_payouts
cross join lateral (
  values
    (0, 'user'::actor_type, user_id, 'payout.requested'),
    (1, 'admin', :admin_id, case when status in ('processing', 'completed') then 'payout.processing' end),
    (
      2, case status when 'cancelled' then 'user'::actor_type else 'admin' end,
      case status when 'cancelled' then user_id else :admin_id end,
      case when status in ('completed', 'failed', 'cancelled') then 'payout.' || status end
    )
) as record (step, actor_type, actor_id, action)
where action is not null
order by requested_ms, n, step;

drop table seed_payouts;
