-- Up Migration

create type purchase_source_kind as enum ('shopper', 'partner', 'admin');
create type purchase_revision_cause as enum ('amended');

-- What a source said of a purchase after it was recorded, and where that put the reward. The purchase's own row is
-- revision 0 and stays as it was recorded. A revision names the position before it too, so that the entries of the
-- journal that it demands can be read from it alone.
create table purchase_revisions (
  id uuid primary key,
  purchase_id uuid not null references purchases (id),
  -- squawk-ignore prefer-bigint-over-int
  seq integer not null check (seq >= 1),
  -- Whose versions these are: a partner's id, or the nil UUID for the platform's administrators.
  namespace uuid not null,
  source_kind purchase_source_kind not null,
  version text not null check (length(version) between 1 and 255),
  cause purchase_revision_cause not null,
  amount money_amount not null check (amount >= 0),
  lines jsonb check (jsonb_typeof(lines) = 'array'),
  state purchase_status not null,
  uncapped_amount money_amount not null,
  reward money_amount not null,
  bucket wallet_bucket not null,
  reward_before money_amount not null,
  bucket_before wallet_bucket not null,
  reason text not null check (length(reason) between 1 and 500),
  actor_type actor_type not null,
  actor_id uuid,
  created_at timestamptz not null,
  constraint purchase_revisions_seq_key unique (purchase_id, seq),
  -- A repeated statement is one revision.
  constraint purchase_revisions_version_key unique (purchase_id, namespace, version),
  constraint purchase_revisions_cap_only_cuts check (reward >= 0 and reward <= uncapped_amount),
  constraint purchase_revisions_reward_within_amount check (uncapped_amount <= amount),
  constraint purchase_revisions_of_live_rewards
    check (bucket in ('pending', 'available') and bucket_before in ('pending', 'available'))
);

create trigger purchase_revisions_are_append_only
  before update or delete or truncate on purchase_revisions
  for each statement execute function refuse_change();

-- The number of the latest revision; 0 for the many that have none.
-- squawk-ignore prefer-bigint-over-int
alter table purchases add column revision integer not null default 0;
-- Neither an index nor a list goes by it (0027).
alter table purchases alter column revision set statistics 0;

create trigger purchases_revision_only_rises
  before update of revision on purchases
  for each row when (new.revision <= old.revision)
  execute function refuse_change();
