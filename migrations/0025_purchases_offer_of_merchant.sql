-- Up Migration

-- A purchase is rewarded by an offer of its own merchant. One look says so, where two said that both exist.
-- (Offers are few, so the scan is short.)
-- squawk-ignore disallowed-unique-constraint, constraint-missing-not-valid
alter table offers add constraint offers_id_merchant_key unique (id, merchant_id);
alter table purchases
  add constraint purchases_offer_of_merchant
  foreign key (offer_id, merchant_id) references offers (id, merchant_id) not valid;
