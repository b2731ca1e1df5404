-- Up Migration

-- For tables of few rows that change rarely: that any of them may have changed.
create function tell_caches_of_any() returns trigger
  language plpgsql
as $$
begin
  perform pg_notify('clicknback_changes', tg_table_name);
  return null;
end
$$;

-- The columns that decide whether a key is good. Writing down that it was used is no change of it.
create trigger partner_keys_tell_caches
  after delete or truncate or update of partner_id, key_hash, scopes, expires_at, revoked_at on partner_keys
  for each statement execute function tell_caches_of_any();

create trigger partners_tell_caches
  after delete or truncate or update of
    id, active, signature_required, signing_secret, previous_signing_secret, previous_signing_secret_until
  on partners
  for each statement execute function tell_caches_of_any();
