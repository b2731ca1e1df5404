-- Up Migration

-- What is switched on or off, for everybody or for one merchant or user. A flag that no row is about is on.
create table feature_flags (
  -- The name of one setting in the audit log.
  id uuid primary key,
  key text not null check (key ~ '^[a-z][a-z0-9_]{0,63}$'),
  -- Whom the setting is for; neither: everybody. Two columns, so that both are foreign keys.
  user_id uuid constraint feature_flags_user references users (id),
  merchant_id uuid constraint feature_flags_merchant references merchants (id),
  enabled boolean not null,
  description text check (length(description) between 1 and 500),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint feature_flags_key unique nulls not distinct (key, user_id, merchant_id),
  constraint feature_flags_one_scope check (num_nonnulls(user_id, merchant_id) <= 1)
);

create index feature_flags_of_merchants on feature_flags (key, merchant_id) where merchant_id is not null;
