-- Up Migration

-- In the order of bytes, so that the beginning of a reference finds it under every collation.
-- squawk-ignore require-concurrent-index-creation
create index if not exists payouts_external_reference
  on payouts (lower(external_reference) text_pattern_ops, id nulls first) where external_reference is not null;

-- Any part of a name (0024).
-- squawk-ignore require-concurrent-index-creation
create index merchants_name_parts on merchants using gin (name_folded gin_trgm_ops);
