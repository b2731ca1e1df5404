-- Up Migration

-- What the reports count is added up from the audit log, behind the end of the feed (0057). Ingestion writes none of it.

-- How far the reports have read the feed: they have counted what is not after (recorded_in, event_id).
create table report_progress (
  id boolean primary key default true check (id),
  recorded_in xid8 not null default '0',
  event_id uuid not null default '00000000-0000-0000-0000-000000000000',
  -- Null until they have counted all events of an older database once.
  completed_at timestamptz,
  -- All that happened before is in the reports.
  as_of timestamptz,
  -- When a process last took it on to bring them up to date.
  refreshed_at timestamptz
);

insert into report_progress (completed_at, as_of)
select now(), now() where not exists (select from audit_logs)
union all
select null, null where exists (select from audit_logs);

-- A day (UTC) of a currency. The first columns are what the journal moved on this day; the others are what became of the
-- purchases that were recorded on it.
create table report_days (
  currency currency_code not null,
  day date not null,
  -- platform → pending, pending → available
  credited numeric not null,
  confirmed numeric not null,
  -- pending → platform, available → platform, by reversals
  taken_from_pending numeric not null,
  taken_from_available numeric not null,
  -- available → paid, and back
  paid_out numeric not null,
  paid_back numeric not null,
  -- platform → available, less what went back
  adjusted numeric not null,
  entries bigint not null,
  purchases bigint not null,
  confirmed_purchases bigint not null,
  reversed_purchases bigint not null,
  pending_rewards bigint not null,
  pending_cashback numeric not null,
  available_cashback numeric not null,
  reversed_cashback numeric not null,
  primary key (currency, day)
) with (fillfactor = 50);

-- The purchases of a merchant that were recorded on a day (UTC), and their rewards now.
create table report_merchants (
  currency currency_code not null,
  day date not null,
  merchant_id uuid not null,
  purchases bigint not null,
  pending_cashback numeric not null,
  available_cashback numeric not null,
  reversed_cashback numeric not null,
  primary key (currency, day, merchant_id)
) with (fillfactor = 80);

-- What partners reported in an hour and was recorded. Kept as long as refusals.
create table report_partners (
  hour timestamptz not null,
  partner_id uuid not null,
  reported bigint not null,
  primary key (hour, partner_id)
);

-- What wallets, payouts and holds amount to at report_progress.as_of.
create table report_states (
  currency currency_code primary key,
  wallets bigint not null,
  pending numeric not null,
  -- Of all wallets, and of those above zero.
  available numeric not null,
  available_owed numeric not null,
  paid numeric not null,
  owed_wallets bigint not null,
  withdrawable numeric not null,
  withdrawable_wallets bigint not null,
  below_zero numeric not null,
  below_zero_wallets bigint not null,
  payouts_due numeric not null,
  payouts_due_count bigint not null,
  payouts_due_since timestamptz,
  held numeric not null,
  held_purchases bigint not null,
  held_since timestamptz,
  -- By the audit log: what the platform gave, less what it took back, and the entries of the journal.
  given numeric not null,
  entries bigint not null
);

-- Purchases that are pending beyond their days, by the day (UTC) on which they were recorded and what blocks them.
create table report_overdue (
  currency currency_code not null,
  day date not null,
  blocked_by text not null,
  purchases bigint not null,
  cashback numeric not null,
  since timestamptz not null,
  primary key (currency, day, blocked_by)
);
