-- Up Migration

create type purchase_status as enum ('pending', 'confirmed', 'reversed');
create type reversal_reason as enum ('returned', 'cancelled', 'declined', 'fraud', 'error');

create table purchases (
  id uuid primary key,
  -- Null: sent by an administrator or by the user, not by a partner.
  partner_id uuid,
  external_id text not null check (length(external_id) between 1 and 255),
  user_id uuid not null references users (id),
  merchant_id uuid not null references merchants (id),
  offer_id uuid not null references offers (id),
  amount money_amount not null check (amount > 0),
  currency currency_code not null,
  purchased_at timestamptz not null,
  status purchase_status not null default 'pending',
  created_at timestamptz not null,
  confirmed_at timestamptz,
  reversed_at timestamptz,
  reversal_reason reversal_reason,
  -- The idempotency key of ingestion: a purchase is rewarded once, whoever repeats it and however often.
  constraint purchases_external_id_key unique nulls not distinct (partner_id, external_id),
  constraint purchases_pending_is_unsettled
    check (status <> 'pending' or (confirmed_at is null and reversed_at is null)),
  constraint purchases_confirmed_has_a_time check (status <> 'confirmed' or confirmed_at is not null),
  constraint purchases_reversed_has_a_time_and_reason
    check ((status = 'reversed') = (reversed_at is not null and reversal_reason is not null))
);

create index purchases_user on purchases (user_id, id desc);
create index purchases_merchant on purchases (merchant_id, id desc);

create trigger purchases_move_legally
  before update of status on purchases
  for each row when (old.status is distinct from new.status)
  execute function refuse_illegal_transition('pending>confirmed', 'pending>reversed', 'confirmed>reversed');

create trigger purchases_facts_are_immutable
  before update of
    id, partner_id, external_id, user_id, merchant_id, offer_id, amount, currency, purchased_at, created_at
  on purchases
  for each statement execute function refuse_change();

create trigger purchases_are_kept
  before delete or truncate on purchases
  for each statement execute function refuse_change();

create type cashback_status as enum ('pending', 'available', 'reversed');

-- The reward of a purchase, with the terms that it was computed from.
create table cashback_transactions (
  id uuid primary key,
  purchase_id uuid not null constraint cashback_transactions_purchase_key unique references purchases (id),
  -- Those of the purchase, which has the foreign keys; here so that a reward is read without it.
  user_id uuid not null,
  offer_id uuid not null,
  cashback_type cashback_type not null,
  cashback_value money_amount not null check (cashback_value > 0),
  monthly_cap money_amount check (monthly_cap > 0),
  -- First day of the UTC month whose cap the reward used; null where the offer had no cap.
  cap_month date check (extract(day from cap_month) = 1),
  uncapped_amount money_amount not null check (uncapped_amount >= 0),
  amount money_amount not null,
  currency currency_code not null,
  status cashback_status not null default 'pending',
  created_at timestamptz not null,
  constraint cashback_transactions_cap_only_cuts check (amount >= 0 and amount <= uncapped_amount),
  constraint cashback_transactions_cap_has_a_month check ((monthly_cap is null) = (cap_month is null)),
  constraint cashback_transactions_uncapped_is_whole
    check (monthly_cap is not null or amount = uncapped_amount)
);

create trigger cashback_transactions_move_legally
  before update of status on cashback_transactions
  for each row when (old.status is distinct from new.status)
  execute function refuse_illegal_transition('pending>available', 'pending>reversed', 'available>reversed');

create trigger cashback_transactions_terms_are_immutable
  before update of
    id, purchase_id, user_id, offer_id, cashback_type, cashback_value, monthly_cap, cap_month, uncapped_amount,
    amount, currency, created_at
  on cashback_transactions
  for each statement execute function refuse_change();

create trigger cashback_transactions_are_kept
  before delete or truncate on cashback_transactions
  for each statement execute function refuse_change();

-- What a user has used of an offer's cap in a month. "used <= cap" holds even if the code's lock failed.
create table cashback_cap_usage (
  user_id uuid not null references users (id),
  offer_id uuid not null references offers (id),
  month date not null check (extract(day from month) = 1),
  cap money_amount not null check (cap > 0),
  used money_amount not null default 0,
  primary key (user_id, offer_id, month),
  constraint cashback_cap_usage_within_cap check (used >= 0 and used <= cap)
);
