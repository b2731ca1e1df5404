-- Ten thousand shoppers with money to withdraw, a hundred merchants with a capped offer each, and who may log in.
-- Ids are made of numbers, so that pgbench can draw them. Words that begin with a colon are filled in.

create function bench_id(kind bigint, n bigint) returns uuid language sql immutable parallel safe
as $$ select ('01800000-0000-7000-8' || lpad(to_hex(kind), 3, '0') || '-' || lpad(to_hex(n), 12, '0'))::uuid $$;

insert into users (id, email, password_hash, role, active, created_at)
select bench_id(1, n), 'shopper-' || n || '@bench.example', :password_hash, 'user', true, :opened_at
from generate_series(1, :users) as n;

insert into users (id, email, password_hash, role, staff_roles, active, created_at)
values (bench_id(2, 1), 'admin@bench.example', :password_hash, 'admin', '{administrator}', true, :opened_at);

insert into sessions (id, user_id, created_at)
select bench_id(3, n), bench_id(1, n), now() from generate_series(1, :users) as n
union all select bench_id(3, 0), bench_id(2, 1), now();

insert into merchants (id, name, name_folded, default_cashback_percentage, active, created_at)
select bench_id(4, n), 'Merchant ' || n, 'merchant ' || n, 5, true, :opened_at from generate_series(1, :merchants) as n;

insert into offers (
  id, merchant_id, cashback_type, cashback_value, currency, monthly_cap, start_date, end_date, active, created_at
)
select
  bench_id(5, n), bench_id(4, n), 'percent', 1 + n % 10, 'EUR', 1000000,
  :opened_at::timestamptz::date, '2099-12-31', true, :opened_at
from generate_series(1, :merchants) as n;

insert into wallets (id, user_id, currency)
select bench_id(6, n), bench_id(1, n), 'EUR' from generate_series(1, :users) as n;

-- What they can withdraw, granted by the administrator.
insert into adjustments (id, user_id, amount, currency, direction, reason, admin_id, created_at)
select bench_id(7, n), bench_id(1, n), 100000, 'EUR', 'credit', 'A balance to withdraw from', bench_id(2, 1), now()
from generate_series(1, :users) as n;

insert into wallet_entries (
  id, wallet_id, sequence, type, from_bucket, to_bucket, amount, source_type, source_id,
  pending_after, available_after, paid_after, created_at
)
select
  bench_id(8, n), bench_id(6, n), 1, 'adjustment', 'platform', 'available', 100000, 'adjustment', bench_id(7, n),
  0, 100000, 0, now()
from generate_series(1, :users) as n;

insert into audit_logs (
  id, occurred_at, actor_type, actor_id, action, resource_type, resource_id, outcome, details
)
select
  bench_id(11, n), now(), 'admin', admin_id, 'wallet.adjusted', 'wallet', user_id, 'success',
  jsonb_build_object('adjustment_id', id, 'direction', direction, 'amount', amount, 'currency', currency)
from adjustments join generate_series(1, :users) as n on adjustments.id = bench_id(7, n);

update wallets set available = 100000, last_sequence = 1
from generate_series(1, :users) as n where wallets.id = bench_id(6, n);

insert into partners (id, name, name_folded, created_at) values (bench_id(9, 1), 'Bench', 'bench', now());

insert into partner_keys (id, partner_id, prefix, key_hash, scopes, created_at)
values (
  bench_id(10, 1), bench_id(9, 1), :key_prefix, :key_hash, '{purchases:write,purchases:settle}', now()
);
