-- Up Migration

-- Who took a payout to `processing`, who completed it, and whether the two had to differ.
alter table payouts
  add column processing_by uuid,
  add column completed_by uuid,
  add column needs_four_eyes boolean not null default false,
  add column returned_at timestamptz,
  add column return_reason text;

alter table payouts
  add constraint payouts_processing_by_fkey foreign key (processing_by) references users (id) not valid,
  add constraint payouts_completed_by_fkey foreign key (completed_by) references users (id) not valid,
  -- Old payouts may have been processed by their owner, and null is what they have here.
  add constraint payouts_not_by_their_owner
    check (processing_by <> user_id and completed_by <> user_id) not valid,
  -- A missing name fails as well: null is not distinct from null.
  add constraint payouts_four_eyes check (
    not needs_four_eyes
    or status not in ('completed', 'returned')
    or (processing_by is not null and completed_by is not null and processing_by <> completed_by)
  ) not valid,
  add constraint payouts_returned_has_a_reason check (
    (status = 'returned') = (returned_at is not null)
    and (status = 'returned') = (return_reason is not null)
    and length(return_reason) between 1 and 255
  ) not valid,
  drop constraint payouts_settled_has_a_time,
  add constraint payouts_settled_has_a_time
    check ((status in ('completed', 'returned', 'failed', 'cancelled')) = (settled_at is not null)) not valid,
  drop constraint payouts_completed_has_a_reference,
  add constraint payouts_completed_has_a_reference
    check ((status in ('completed', 'returned')) = (external_reference is not null)) not valid;

-- What is being paid now stays readable by the administrator who began it.
update payouts
set processing_by = begun.actor_id
from audit_logs as begun
where payouts.status = 'processing'
  and begun.resource_type = 'payout'
  and begun.resource_id = payouts.id
  and begun.action = 'payout.processing'
  and begun.actor_type = 'admin'
  and begun.actor_id <> payouts.user_id;

drop trigger payouts_move_legally on payouts;
create trigger payouts_move_legally
  before update of status on payouts
  for each row when (old.status is distinct from new.status)
  execute function refuse_illegal_transition(
    'requested>processing', 'requested>completed', 'requested>failed', 'requested>cancelled',
    'processing>completed', 'processing>failed', 'completed>returned'
  );

-- A name is written once, and the verdict is never taken back.
create trigger payouts_names_stay
  before update of processing_by, completed_by, needs_four_eyes on payouts
  for each row when (
    (old.processing_by is not null and new.processing_by is distinct from old.processing_by)
    or (old.completed_by is not null and new.completed_by is distinct from old.completed_by)
    or (old.needs_four_eyes and not new.needs_four_eyes)
  )
  execute function refuse_change();
