-- Up Migration

-- What the purge of expired tokens looks through, oldest first.
-- squawk-ignore require-concurrent-index-creation
create index refresh_tokens_expiry on refresh_tokens (expires_at);
