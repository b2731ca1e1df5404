-- Up Migration

-- The Idempotency-Key of a request, written in the transaction of its effect, with the answer to repeat.
create table idempotency_keys (
  -- Whose key: another caller's key of the same text is another key.
  caller_id uuid not null,
  key text not null check (length(key) between 1 and 255),
  -- A keyed hash of operation and content: the same key with anything else is refused. Keyed, because an IBAN is
  -- quickly guessed from a plain one.
  request_fingerprint text not null,
  -- Not jsonb, which would reorder what is repeated word for word.
  outcome json not null,
  created_at timestamptz not null,
  primary key (caller_id, key)
);

create index idempotency_keys_created on idempotency_keys (created_at);
