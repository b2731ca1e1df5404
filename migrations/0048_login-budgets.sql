-- Up Migration

-- Wrong passwords, counted for an account, a network address, or an address that has logged in to the account before.
-- In the database, because all processes count together, for up to a day, and a restart must not forgive.
create table login_budgets (
  -- A keyed hash: neither the email address nor the network address can be guessed from it.
  subject text primary key,
  -- squawk-ignore prefer-bigint-over-int
  failures integer not null check (failures >= 0),
  -- No further attempt counts for this subject until then.
  waits_until timestamptz,
  -- Afterwards the row counts as missing: failures are forgotten, and so is an address that has logged in.
  expires_at timestamptz not null
);

create index login_budgets_expiry on login_budgets (expires_at);
