-- Up Migration

-- The operator's own reference of a user, such as a customer number. Sources of purchases may send it instead of the id.
-- Not valid, so that the lock of the table is short: the next migration checks the rows that are there.
alter table users add column external_reference text;
alter table users add constraint users_external_reference_is_bounded
  check (length(external_reference) between 1 and 255) not valid;
