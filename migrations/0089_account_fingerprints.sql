-- Up Migration

-- Which payouts go to the same account, without the account: an HMAC of the IBAN. Null for payouts of an older version until
-- the job `fingerprint-accounts` has read them, and for those whose details are shredded.
alter table payouts add column account_fingerprint text;

alter table payouts add constraint payouts_shredded_forget_the_account
  check (account_fingerprint is null or details_encrypted <> '') not valid;

-- Whoever shreds the details removes the fingerprint too, also a process of an older version.
create function forget_account() returns trigger language plpgsql as $$
begin
  new.account_fingerprint := null;
  return new;
end
$$;

create trigger payouts_forget_account
  before update of details_encrypted on payouts
  for each row when (new.details_encrypted = '' and new.account_fingerprint is not null)
  execute function forget_account();

-- squawk-ignore require-concurrent-index-creation
create index payouts_account on payouts (account_fingerprint, user_id) where account_fingerprint is not null;

-- Empty, but for payouts that the job has not read yet.
-- squawk-ignore require-concurrent-index-creation
create index payouts_without_fingerprint on payouts (id)
  where account_fingerprint is null and details_encrypted <> '';
