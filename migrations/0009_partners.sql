-- Up Migration

-- A machine client: an affiliate network or a merchant's back office.
create table partners (
  id uuid primary key,
  name text not null constraint partners_name_key unique check (length(name) between 1 and 255),
  active boolean not null default true,
  -- True: what changes something and bears no valid signature (Standard Webhooks) is refused.
  signature_required boolean not null default false,
  -- Encrypted, as verifying needs the secret itself. Null: the partner does not sign.
  signing_secret text,
  -- The secret before it, which stays good for a while, so that a partner can change over.
  previous_signing_secret text,
  previous_signing_secret_until timestamptz,
  created_at timestamptz not null,
  constraint partners_can_sign_what_they_must check (not signature_required or signing_secret is not null),
  constraint partners_previous_secret_ends
    check ((previous_signing_secret is null) = (previous_signing_secret_until is null))
);

create table partner_keys (
  id uuid primary key,
  partner_id uuid not null references partners (id),
  -- What an operator calls it.
  name text check (length(name) between 1 and 255),
  -- The readable beginning of the key: tells which one it is, and opens nothing.
  prefix text not null,
  -- SHA-256 of the key; the key itself was shown once.
  key_hash bytea not null constraint partner_keys_hash_key unique check (octet_length(key_hash) = 32),
  scopes text[] not null
    check (cardinality(scopes) > 0 and scopes <@ array['purchases:write', 'purchases:settle']),
  created_at timestamptz not null,
  expires_at timestamptz check (expires_at > created_at),
  revoked_at timestamptz,
  -- To the minute: a key in use is not written at each request.
  last_used_at timestamptz
);

create index partner_keys_partner on partner_keys (partner_id, id desc);

-- Signed messages that were taken, so that none is taken again while its timestamp would still be accepted.
create table partner_messages (
  partner_id uuid not null references partners (id),
  message_id text not null check (length(message_id) between 1 and 255),
  sent_at timestamptz not null,
  primary key (partner_id, message_id, sent_at)
);

create index partner_messages_sent on partner_messages (sent_at);

-- Checked for new rows from here on; the next migration checks those that are there, without holding up writers.
alter table purchases
  add constraint purchases_partner foreign key (partner_id) references partners (id) not valid;
