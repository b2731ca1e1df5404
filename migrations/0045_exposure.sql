-- Up Migration

-- The sum of rewards that become available on a day (UTC).
alter table ceilings add column daily_released money_amount check (daily_released >= 0);
alter table ceilings drop constraint ceilings_state_something;
-- squawk-ignore constraint-missing-not-valid
alter table ceilings add constraint ceilings_state_something
  check (num_nonnulls(max_amount, max_reward, daily_pending, daily_released) > 0);
-- What is released is counted by source, and a merchant is none.
-- squawk-ignore constraint-missing-not-valid
alter table ceilings add constraint ceilings_released_by_source
  check (merchant_id is null or daily_released is null);

-- A confirmed purchase beyond the day's room: whose room its reward waits for, and when it was released. Both are null
-- for the many that did not wait. `released_at` stays null if the purchase is reversed first: its reward was never
-- available.
alter table purchases
  add column if not exists release_queue uuid,
  add column if not exists released_at timestamptz;

-- On a database with millions of purchases this locks the table against writes while it builds, for as long as one scan
-- takes. Before the upgrade, create the columns by hand (`add column if not exists`) and this index with `concurrently`.
-- squawk-ignore require-concurrent-index-creation
create index if not exists purchases_awaiting_release on purchases (release_queue, currency, confirmed_at, id)
  where release_queue is not null and released_at is null and status = 'confirmed';

-- Few have them (0027).
alter table purchases
  alter column release_queue set statistics 20,
  alter column released_at set statistics 20,
  alter column currency set statistics 20,
  alter column confirmed_at set statistics 20;

-- A purchase joins a queue by its confirmation, and leaves it once.
create trigger purchases_are_released_legally
  before update of release_queue, released_at on purchases
  for each row when (
    (
      new.release_queue is distinct from old.release_queue
      and (old.release_queue is not null or old.status <> 'pending' or new.status <> 'confirmed')
    )
    or (
      new.released_at is distinct from old.released_at
      and (
        old.released_at is not null or old.release_queue is null or old.status <> 'confirmed' or new.status <> 'confirmed'
      )
    )
  )
  execute function refuse_change();

-- What became available on a day (UTC), where a ceiling limits it: of the partner that decides, or of the nil UUID, which
-- are all other sources. The row is locked while its room is given away.
create table exposure_days (
  namespace uuid not null,
  currency currency_code not null,
  day date not null,
  released money_amount not null check (released >= 0),
  primary key (namespace, currency, day)
);

create trigger exposure_days_only_rise
  before update on exposure_days
  for each row when (
    new.released < old.released
    or (new.namespace, new.currency, new.day) is distinct from (old.namespace, old.currency, old.day)
  )
  execute function refuse_change();

create trigger exposure_days_are_kept
  before delete or truncate on exposure_days
  for each statement execute function refuse_change();

-- What each of these sums consists of. The source is that of the `cashback_confirmation` in the journal: the purchase, or
-- the revision that raised an available reward.
create table exposure_entries (
  source_id uuid primary key,
  purchase_id uuid not null references purchases (id),
  namespace uuid not null,
  currency currency_code not null,
  day date not null,
  amount money_amount not null check (amount > 0),
  constraint exposure_entries_day foreign key (namespace, currency, day) references exposure_days (namespace, currency, day)
);

create index exposure_entries_purchase on exposure_entries (purchase_id);

create trigger exposure_entries_are_append_only
  before update or delete or truncate on exposure_entries
  for each statement execute function refuse_change();

-- The ids of a partner at one merchant: `namespaceOfShop` of the platform.
create function namespace_of_shop(partner_id uuid, merchant_id uuid) returns uuid language sql immutable parallel safe as $$
  select (
    substr(digits, 1, 8) || '-' || substr(digits, 9, 4) || '-8' || substr(digits, 14, 3) || '-8' || substr(digits, 18, 3)
      || '-' || substr(digits, 21, 12)
  )::uuid
  from (
    select encode(sha256(convert_to(partner_id || ' ' || merchant_id, 'UTF8')), 'hex') as digits
  ) as hashed
$$;

-- The partner that has reported a purchase at this merchant, whose ids may be per shop.
create function partner_of_namespace(namespace uuid, merchant_id uuid) returns uuid language sql stable parallel safe as $$
  select coalesce(
    (select id from partners where id = $1),
    (select id from partners where namespace_of_shop(id, $2) = $1 limit 1)
  )
$$;
