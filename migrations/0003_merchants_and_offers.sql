-- Up Migration

create table merchants (
  id uuid primary key,
  name text not null constraint merchants_name_key unique check (length(name) between 1 and 255),
  default_cashback_percentage numeric(7, 4) not null check (default_cashback_percentage between 0 and 100),
  active boolean not null default true,
  created_at timestamptz not null
);

create type cashback_type as enum ('percent', 'fixed');

create table offers (
  id uuid primary key,
  merchant_id uuid not null references merchants (id),
  cashback_type cashback_type not null,
  cashback_value money_amount not null check (cashback_value > 0),
  -- The currency of a fixed value and of the cap.
  currency currency_code not null,
  monthly_cap money_amount check (monthly_cap > 0),
  start_date date not null,
  end_date date not null,
  active boolean not null default true,
  created_at timestamptz not null,
  constraint offers_percentage_at_most_100 check (cashback_type <> 'percent' or cashback_value <= 100),
  constraint offers_dates_in_order check (start_date <= end_date),
  -- One active offer per merchant at a time, whatever runs concurrently.
  constraint offers_one_active_at_a_time
    exclude using gist (merchant_id with =, daterange(start_date, end_date, '[]') with &&) where (active)
);

create index offers_merchant on offers (merchant_id, id desc);

-- Purchases were rewarded under these terms: another campaign is another offer.
create trigger offers_terms_are_immutable
  before update of merchant_id, cashback_type, cashback_value, currency, monthly_cap, start_date, end_date on offers
  for each statement execute function refuse_change();

create trigger offers_are_kept
  before delete or truncate on offers
  for each statement execute function refuse_change();
