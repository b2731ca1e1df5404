-- Up Migration

-- The constraints of 0051, whose old rows satisfy them.
alter table payouts validate constraint payouts_processing_by_fkey;
alter table payouts validate constraint payouts_completed_by_fkey;
alter table payouts validate constraint payouts_four_eyes;
alter table payouts validate constraint payouts_returned_has_a_reason;
alter table payouts validate constraint payouts_settled_has_a_time;
alter table payouts validate constraint payouts_completed_has_a_reference;

-- Above the limit: the adjustment moves money only when another administrator has approved it.
alter table adjustments add column needs_four_eyes boolean not null default false;
-- Old adjustments may be of the administrator's own wallet.
alter table adjustments add constraint adjustments_not_for_oneself check (admin_id <> user_id) not valid;

-- squawk-ignore require-concurrent-index-creation
create index adjustments_needing_four_eyes on adjustments (id desc) where needs_four_eyes;

create type adjustment_verdict as enum ('approved', 'rejected', 'expired');

-- The decision about an adjustment that needs one. The primary key makes it the only one.
create table adjustment_decisions (
  adjustment_id uuid primary key references adjustments (id),
  verdict adjustment_verdict not null,
  -- Null: it expired.
  decided_by uuid references users (id),
  reason text check (length(reason) between 1 and 500),
  decided_at timestamptz not null,
  constraint adjustment_decisions_name_who_decided check ((verdict = 'expired') = (decided_by is null)),
  constraint adjustment_decisions_rejected_has_a_reason check ((verdict = 'rejected') = (reason is not null))
);

create trigger adjustment_decisions_are_append_only
  before update or delete or truncate on adjustment_decisions
  for each statement execute function refuse_change();

-- The one who approves is neither the one who made the adjustment nor the owner of the wallet, who rejects it neither.
create function require_other_administrator() returns trigger
  language plpgsql
as $$
begin
  if not exists (
    select from adjustments
    where id = new.adjustment_id
      and needs_four_eyes
      and user_id is distinct from new.decided_by
      and (new.verdict <> 'approved' or admin_id <> new.decided_by)
  ) then
    raise exception 'adjustment % cannot be decided by %', new.adjustment_id, new.decided_by
      using errcode = 'check_violation', constraint = 'adjustment_decisions_four_eyes';
  end if;
  return new;
end
$$;

create trigger adjustment_decisions_four_eyes
  before insert on adjustment_decisions
  for each row execute function require_other_administrator();
