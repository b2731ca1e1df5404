-- The database and its two roles, made once by a superuser:
--
--   DATABASE_OWNER_PASSWORD=… DATABASE_PASSWORD=… psql --file deploy/create-database.sql postgres://postgres@host/postgres
--
-- `clicknback` owns the database and migrates it. `clicknback_app` serves requests: it owns nothing, and `npm run migrate`
-- grants it what it needs. Neither may do anything beside it.
\set ON_ERROR_STOP on
\getenv owner_password DATABASE_OWNER_PASSWORD
\getenv password DATABASE_PASSWORD

create role clicknback login password :'owner_password'
  nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
create role clicknback_app login password :'password'
  nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
create database clicknback owner clicknback encoding 'UTF8' template template0;
revoke connect, temporary on database clicknback from public;
