-- Who buys, where, and under which offers. Words that begin with a colon are numbers that the program fills in.

-- A made-up number between 0 and 1: the same for the same n and purpose, so that two runs make the same data.
create function pg_temp.draw(n bigint, purpose int) returns float8
  language sql immutable parallel safe
as $$ select ((hashint8extended(n, purpose) >> 11) & 9007199254740991)::float8 / 9007199254740992 $$;

-- A UUID of version 7 of a millisecond. Ids of one millisecond are in the order of n; n and kind make it unique.
create function pg_temp.make_id(at_ms bigint, n bigint, kind int) returns uuid
  language sql immutable parallel safe
as $$
  select (
    lpad(to_hex(at_ms), 12, '0') || '7000' || to_hex((-9223372036854775808)::bigint + (n << 20) + (kind << 16) + (n * 40503 & 65535))
  )::uuid
$$;

create function pg_temp.at(at_ms bigint) returns timestamptz
  language sql immutable parallel safe
as $$ select timestamptz '1970-01-01 00:00:00+00' + at_ms * interval '1 millisecond' $$;

-- The reward of an amount before the cap, in whole minor units, rounded half to even.
create function pg_temp.reward_of(amount bigint, type cashback_type, value bigint) returns bigint
  language sql immutable parallel safe
as $$
  select case type
    when 'fixed' then least(value, amount)
    else amount * value / 1000000
      + case
          when amount * value % 1000000 > 500000 then 1
          when amount * value % 1000000 = 500000 then amount * value / 1000000 % 2
          else 0
        end
  end
$$;

create temp table seed_users (number int primary key, id uuid not null, wallet_id uuid not null);

-- The first shopper, whom a fair part of all purchases belongs to, can log in and is there already.
insert into seed_users
select 0, users.id, wallets.id
from users join wallets on wallets.user_id = users.id
where users.email = :hot_email;

insert into seed_users
select number, pg_temp.make_id(:start_ms, number, 1), pg_temp.make_id(:start_ms, number, 2)
from generate_series(1, :users - 1) as number;

insert into users (id, email, password_hash, role, active, created_at)
select id, 'shopper-' || number || '@large.example', null, 'user', true, pg_temp.at(:start_ms)
from seed_users where number > 0;

insert into wallets (id, user_id, currency)
select wallet_id, id, :currency from seed_users where number > 0;

create temp table seed_merchants (
  number int primary key, id uuid not null, offer_id uuid not null, type cashback_type not null,
  -- Ten-thousandths of a percent, or minor units; and minor units.
  value bigint not null, cap bigint
);

insert into seed_merchants
select
  number,
  pg_temp.make_id(:start_ms, number, 3),
  pg_temp.make_id(:start_ms, number, 4),
  (case when number % 5 = 4 then 'fixed' else 'percent' end)::cashback_type,
  case when number % 5 = 4 then 200 + number else 10000 * (1 + number % 8) + 2500 * (number % 4) end,
  case when number % 4 = 3 then 1500 end
from generate_series(0, :merchants - 1) as number;

-- The triggers that would fold the names are off.
insert into merchants (id, name, name_folded, default_cashback_percentage, active, created_at)
select id, name, fold_name(name), 5, true, pg_temp.at(:start_ms)
from seed_merchants, lateral (select 'Large merchant ' || number) as named (name);

insert into offers (
  id, merchant_id, cashback_type, cashback_value, currency, monthly_cap, start_date, end_date, active, validity,
  created_at
)
select
  offer_id, id, type, case type when 'percent' then value / 10000.0 else value * :unit end, :currency, cap * :unit,
  pg_temp.at(:start_ms)::date, pg_temp.at(:end_ms)::date + 365, true,
  tstzmultirange(offer_days(pg_temp.at(:start_ms)::date, pg_temp.at(:end_ms)::date + 365)), pg_temp.at(:start_ms)
from seed_merchants;

-- The purchases of the last months, as far as their fate is still to come.
create temp table seed_purchases (
  n bigint not null, id uuid not null, reward_id uuid not null, user_id uuid not null, wallet_id uuid not null,
  merchant_id uuid not null, offer_id uuid not null, type cashback_type not null, value bigint not null, cap bigint,
  amount bigint not null, uncapped bigint not null, reward bigint not null, reporter actor_type not null,
  created_ms bigint not null, purchased_ms bigint not null, confirmed_ms bigint, reversed_ms bigint,
  reason reversal_reason,
  -- Of an amendment; null for most.
  revised_ms bigint, revised_amount bigint, revised_uncapped bigint, revised_reward bigint
);

-- Wallets as the months leave them; the real ones are written once, at the end.
create temp table seed_wallets as
select wallet_id, 0::bigint as sequence, 0::bigint as pending, 0::bigint as available, 0::bigint as paid from seed_users;

analyze seed_users, seed_merchants, seed_wallets;
