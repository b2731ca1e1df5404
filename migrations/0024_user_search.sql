-- Up Migration

-- Finds any part of an address of three characters or more: whoever asks knows the name in it or the domain, and
-- seldom how it begins. A trusted extension: no superuser needed.
create extension if not exists pg_trgm;

-- squawk-ignore require-concurrent-index-creation
create index users_email_parts on users using gin (email gin_trgm_ops);

-- The few who administer: listed, and locked when one of them is deactivated.
-- squawk-ignore require-concurrent-index-creation
create index users_admins on users (id) where role = 'admin';

-- Most users are active; those who are not are few, and looked for.
-- squawk-ignore require-concurrent-index-creation
create index users_inactive on users (id) where not active;
