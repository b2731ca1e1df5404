-- Up Migration

-- The scopes of a key. Those of before keep what they permit.
alter table partner_keys drop constraint partner_keys_scopes_check;
-- Keys are few: checking them takes no time.
-- squawk-ignore constraint-missing-not-valid
alter table partner_keys add constraint partner_keys_scopes_known
  check (
    cardinality(scopes) > 0
    and scopes <@ array['purchases:read', 'purchases:write', 'purchases:settle', 'webhooks:manage']
  );
