-- The database and its only role, made once by a superuser:
--
--   DATABASE_PASSWORD=… psql --file deploy/create-database.sql postgres://postgres@host/postgres
--
-- The role owns the database, because the platform migrates it at its start, and may do nothing beside it.
\set ON_ERROR_STOP on
\getenv password DATABASE_PASSWORD

create role clicknback login password :'password'
  nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
create database clicknback owner clicknback encoding 'UTF8' template template0;
revoke connect, temporary on database clicknback from public;
