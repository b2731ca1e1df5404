-- Up Migration

-- Apart from the migration before, so that checking the rows that are there holds up no writer.
alter table users validate constraint users_staff_are_admins;
