-- Up Migration

-- A link that somebody waits for is sent before news of money, of which there may be many thousands.
alter table mails add column urgent boolean not null default false;

-- The table is new: no release has written to it.
-- squawk-ignore require-concurrent-index-creation
create index mails_due_urgent_first on mails (urgent desc, due_at) where ended_at is null;
-- squawk-ignore require-concurrent-index-deletion
drop index mails_due;
