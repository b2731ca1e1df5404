-- Up Migration

-- The client of a session, for the list that its user reads. The network is shortened: it names no household.
alter table sessions
  add column user_agent text,
  add column network text;

-- A link that was mailed to an address. Whoever opens it has the address: that of the account, or one that replaces it.
create table email_proofs (
  -- A user has one at most: a later one replaces it.
  user_id uuid primary key references users (id),
  email text not null check (email = lower(email)),
  -- SHA-256 of the token in the link.
  token_hash bytea not null constraint email_proofs_token_key unique check (octet_length(token_hash) = 32),
  expires_at timestamptz not null,
  -- The session that asked for a change of the address. It stays when the others end. Null: no change.
  session_id uuid
);

create index email_proofs_expiry on email_proofs (expires_at);

-- Requests for a mail with a reset token, until a loop has looked for the account: so the response takes equally long
-- with and without one.
create table password_reset_requests (
  id uuid primary key,
  email text not null,
  requested_at timestamptz not null
);
