-- Up Migration

-- Whether room that is freed under the cap tops up earlier purchases that the cap has cut. Off: it serves later ones alone.
alter table offers add column cap_refill boolean not null default false;

drop trigger offers_terms_are_immutable on offers;
create trigger offers_terms_are_immutable
  before update of
    merchant_id, cashback_type, cashback_value, currency, monthly_cap, start_date, cap_group, cap_refill
  on offers
  for each statement execute function refuse_change();
