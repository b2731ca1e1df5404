-- Up Migration

-- A one-time right to set a password: how an imported user gets the first one, and a forgetful one the next.
-- A user has one at most; using it removes it.
create table password_resets (
  user_id uuid primary key references users (id),
  -- SHA-256 of the token; the token itself was shown once, to the administrator who sends it on.
  token_hash bytea not null constraint password_resets_token_key unique check (octet_length(token_hash) = 32),
  expires_at timestamptz not null
);
