-- Up Migration

create type session_app as enum ('wallet', 'console');

alter table sessions
  -- The app that keeps the refresh token in a cookie. Null: a program that keeps it itself.
  add column app session_app,
  -- When the session last proved the password. Null: an older version opened it.
  add column password_proven_at timestamptz;
