-- Up Migration

create type user_role as enum ('user', 'admin');

create table users (
  id uuid primary key,
  -- Stored in lower case, so that a plain unique key is the case-insensitive one.
  email text not null constraint users_email_key unique check (email = lower(email)),
  -- Null: imported by an operator, cannot log in until a password is set.
  password_hash text,
  role user_role not null default 'user',
  active boolean not null default true,
  created_at timestamptz not null
);

-- One login. Its refresh tokens form the family that dies as a whole (RFC 9700, section 4.14.2).
create table sessions (
  id uuid primary key,
  user_id uuid not null references users (id),
  created_at timestamptz not null,
  revoked_at timestamptz
);

create index sessions_user on sessions (user_id);

create table refresh_tokens (
  -- SHA-256 of the token; the token itself is known to its holder alone.
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  session_id uuid not null references sessions (id),
  created_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > created_at),
  -- Set once, when the token was exchanged for its successor.
  rotated_at timestamptz
);

create index refresh_tokens_session on refresh_tokens (session_id);
