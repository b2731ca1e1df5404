-- Up Migration

-- How much the platform, a partner or a merchant may have recorded before an administrator looks at it. Null
-- states nothing.
create table ceilings (
  -- The name of one ceiling in the audit log.
  id uuid primary key,
  -- Whose ceiling it is; neither: the platform's. Two columns, so that both are foreign keys.
  partner_id uuid constraint ceilings_partner references partners (id),
  merchant_id uuid constraint ceilings_merchant references merchants (id),
  currency currency_code not null,
  -- The largest purchase, and the largest reward.
  max_amount money_amount check (max_amount >= 0),
  max_reward money_amount check (max_reward >= 0),
  -- The sum of rewards that are recorded on a day (UTC).
  daily_pending money_amount check (daily_pending >= 0),
  constraint ceilings_key unique nulls not distinct (partner_id, merchant_id, currency),
  constraint ceilings_one_scope check (num_nonnulls(partner_id, merchant_id) <= 1),
  constraint ceilings_state_something
    check (num_nonnulls(max_amount, max_reward, daily_pending) > 0)
);

create index ceilings_merchant_id on ceilings (merchant_id) where merchant_id is not null;

-- All ceilings are one entry of the cache.
create trigger ceilings_tell_caches
  after insert or update or delete or truncate on ceilings
  for each statement execute function tell_caches_of_any();
