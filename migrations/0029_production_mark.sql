-- Up Migration

-- One row once the database has served in production. From then on the platform and its commands refuse it in any other
-- mode: a start without NODE_ENV must not load demo data, or use development keys, beside real money.
create table production_mark (
  only_row boolean primary key default true check (only_row),
  marked_at timestamptz not null default now()
);
