-- Up Migration

create type payout_status as enum ('requested', 'processing', 'completed', 'failed', 'cancelled');
create type payout_method as enum ('bank_transfer');

create table payouts (
  id uuid primary key,
  user_id uuid not null references users (id),
  amount money_amount not null check (amount > 0),
  currency currency_code not null,
  method payout_method not null,
  -- Bank details, encrypted with the id of their key in front. What is shown is the masked form.
  details_encrypted text not null,
  iban_masked text not null,
  account_holder_masked text not null,
  status payout_status not null default 'requested',
  requested_at timestamptz not null,
  processing_at timestamptz,
  -- When it was completed, failed or cancelled.
  settled_at timestamptz,
  external_reference text check (length(external_reference) between 1 and 255),
  failure_reason text check (length(failure_reason) between 1 and 255),
  constraint payouts_settled_has_a_time
    check ((status in ('completed', 'failed', 'cancelled')) = (settled_at is not null)),
  constraint payouts_processing_has_a_time check (status <> 'processing' or processing_at is not null),
  constraint payouts_completed_has_a_reference check ((status = 'completed') = (external_reference is not null)),
  constraint payouts_failed_has_a_reason check ((status = 'failed') = (failure_reason is not null))
);

create index payouts_user on payouts (user_id, id desc);
create index payouts_status on payouts (status, id desc);

create trigger payouts_move_legally
  before update of status on payouts
  for each row when (old.status is distinct from new.status)
  execute function refuse_illegal_transition(
    'requested>processing', 'requested>completed', 'requested>failed', 'requested>cancelled',
    'processing>completed', 'processing>failed'
  );

-- The bank details may be encrypted anew when their key is rotated; what they say may not change.
create trigger payouts_facts_are_immutable
  before update of
    id, user_id, amount, currency, method, iban_masked, account_holder_masked, requested_at
  on payouts
  for each statement execute function refuse_change();

create trigger payouts_are_kept
  before delete or truncate on payouts
  for each statement execute function refuse_change();
