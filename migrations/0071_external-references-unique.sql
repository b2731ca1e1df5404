-- Up Migration

-- squawk-ignore require-concurrent-index-creation
create unique index users_external_reference_key on users (external_reference)
  where external_reference is not null;
alter table users validate constraint users_external_reference_is_bounded;
