-- Up Migration

-- The second factor of an account: a TOTP secret (RFC 6238). Secrets are encrypted with ENCRYPTION_KEYS.
create table second_factors (
  user_id uuid primary key references users (id),
  -- Null until a code has confirmed the first enrolment.
  secret text,
  -- Of an enrolment that no code has confirmed yet. It replaces `secret` then.
  pending_secret text,
  -- The time step of the last accepted code. A code works once: the next one must be of a later step.
  last_step bigint not null default 0,
  -- Each wrong code moves this a day on. A limited number of days may lie ahead.
  failures_until timestamptz,
  constraint second_factors_have_a_secret check (num_nonnulls(secret, pending_secret) > 0)
);

-- Each works once, and is deleted then.
create table recovery_codes (
  -- SHA-256 of 80 random bits.
  code_hash bytea primary key check (octet_length(code_hash) = 32),
  user_id uuid not null references second_factors (user_id) on delete cascade
);

create index recovery_codes_user on recovery_codes (user_id);

-- When the session last proved the second factor. Null: its account has none.
alter table sessions add column factor_proven_at timestamptz;
