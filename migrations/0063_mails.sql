-- Up Migration

-- The outbox of mail. A mail is stored in the transaction of its cause, sent by a loop, and then emptied: what is left
-- says that it was sent, until it is purged.
create table mails (
  id uuid primary key,
  -- SHA-256 of recipient, template and cause: the same mail is not stored a second time.
  digest bytea not null constraint mails_are_sent_once unique check (octet_length(digest) = 32),
  -- Whose personal data it contains. Null for a recipient without an account.
  user_id uuid,
  template text not null,
  -- Recipient, subject and both bodies, encrypted with ENCRYPTION_KEYS. Null once the mail has ended.
  content text,
  queued_at timestamptz not null,
  -- After this time the mail is of no use, such as a link that has expired.
  expires_at timestamptz not null,
  attempts bigint not null default 0,
  -- When the next attempt is due. A process that sends the mail moves it on, so another one tries only if that one died.
  due_at timestamptz not null,
  outcome text check (outcome in ('sent', 'refused', 'expired', 'discarded')),
  ended_at timestamptz,
  constraint mails_end_without_content
    check ((ended_at is null) = (content is not null) and (ended_at is null) = (outcome is null))
);

create index mails_due on mails (due_at) where ended_at is null;
create index mails_ended_at on mails (ended_at) where ended_at is not null;
create index mails_waiting_of_user on mails (user_id) where ended_at is null;
