-- Up Migration

-- What an administrator may do: each role permits some of it. The administrators of before may do everything.
alter table users add column staff_roles text[] not null default '{}'
  constraint users_staff_roles_known
    check (staff_roles <@ array['support', 'finance', 'partnerships', 'fraud', 'administrator']);

update users set staff_roles = '{administrator}' where role = 'admin';

-- An administrator is a user with a staff role.
alter table users add constraint users_staff_are_admins
  check ((role = 'admin') = (cardinality(staff_roles) > 0)) not valid;
