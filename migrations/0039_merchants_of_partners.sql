-- Up Migration

-- The merchants whose purchases a partner reports and settles. Null: all merchants. The service checks that they exist;
-- rows of merchants are never deleted.
alter table partners add column merchant_ids uuid[];

-- Where an external id of the partner is unique: among all of its purchases, or at each merchant apart.
create type external_id_scope as enum ('partner', 'merchant');
alter table partners add column external_id_scope external_id_scope not null default 'partner';

-- Once ids are unique at each merchant only, those of two merchants may be alike.
create trigger partners_external_ids_stay_apart
  before update of external_id_scope on partners
  for each row when (old.external_id_scope = 'merchant' and new.external_id_scope = 'partner')
  execute function refuse_change();

-- Both are cached with the keys.
drop trigger partners_tell_caches on partners;
create trigger partners_tell_caches
  after delete or truncate or update of
    id, active, signature_required, signing_secret, previous_signing_secret, previous_signing_secret_until,
    merchant_ids, external_id_scope
  on partners
  for each statement execute function tell_caches_of_any();
