-- Up Migration

-- When an offer rules, to the instant. Its label `active` says what shoppers see; this says what is rewarded, also of
-- what is reported late. So stopping cuts it and starting again adds to it, and the past stays as it was.
alter table offers add column validity tstzmultirange;
-- The offer whose caps this one continues. Null: it has its own.
alter table offers add column cap_group uuid;

create function offer_days(start_date date, end_date date) returns tstzrange language sql immutable parallel safe as $$
  select tstzrange(start_date::timestamp at time zone 'UTC', (end_date + 1)::timestamp at time zone 'UTC')
$$;

-- Inactive offers rewarded nothing until now, and nobody knows since when: so it stays.
update offers
set validity = case when active then tstzmultirange(offer_days(start_date, end_date)) else '{}' end;

-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid
alter table offers add constraint offers_cap_group foreign key (cap_group) references offers (id);

-- One offer per merchant at a time, whatever runs concurrently. Under the old name, which processes translate.
alter table offers drop constraint offers_one_active_at_a_time;
-- squawk-ignore constraint-missing-not-valid
alter table offers add constraint offers_one_active_at_a_time
  exclude using gist (merchant_id with =, validity with &&);

-- Writes the validity for a process of the version before, which knows the label alone.
create function fill_validity() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    new.validity := case
      when new.active then tstzmultirange(offer_days(new.start_date, new.end_date)) - (
        select coalesce(range_agg(other.validity), '{}') * tstzmultirange(tstzrange(null, now()))
        from offers as other
        where other.merchant_id = new.merchant_id
      )
      else '{}'
    end;
  elsif new.active then
    new.validity := new.validity
      + tstzmultirange(offer_days(new.start_date, new.end_date) * tstzrange(now(), null));
  else
    new.validity := new.validity * tstzmultirange(tstzrange(null, now()));
  end if;
  return new;
end
$$;

create trigger offers_fill_new_validity before insert on offers
  for each row when (new.validity is null) execute function fill_validity();
create trigger offers_fill_changed_validity before update of active on offers
  for each row when (new.active <> old.active and new.validity = old.validity) execute function fill_validity();

-- squawk-ignore adding-not-nullable-field
alter table offers alter column validity set not null;

-- The last day may move on. All else of the terms stays.
drop trigger offers_terms_are_immutable on offers;
create trigger offers_terms_are_immutable
  before update of
    merchant_id, cashback_type, cashback_value, currency, monthly_cap, start_date, cap_group
  on offers
  for each statement execute function refuse_change();
create trigger offers_are_only_extended
  before update of end_date on offers
  for each row when (new.end_date < old.end_date) execute function refuse_change();

-- The instant from which an inactive merchant's purchases earn nothing. Earlier ones do, however late they come.
alter table merchants add column inactive_since timestamptz;

create function fill_inactive_since() returns trigger language plpgsql as $$
begin
  new.inactive_since := case when new.active then null else coalesce(new.inactive_since, now()) end;
  return new;
end
$$;

create trigger merchants_fill_inactive_since before update of active on merchants
  for each row when (new.active <> old.active) execute function fill_inactive_since();

-- The group of caps that a reward used, where it is not that of its own offer.
alter table cashback_transactions add column cap_group uuid;
-- Nothing asks by it, and almost all have none.
alter table cashback_transactions alter column cap_group set statistics 0;
create trigger cashback_transactions_cap_group_is_immutable
  before update of cap_group on cashback_transactions
  for each statement execute function refuse_change();
