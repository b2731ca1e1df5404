-- Up Migration

-- Whose external ids these are, where neither the partner nor the platform's administrators say it: a shopper, or one
-- shop of a partner whose ids are per shop. Null for all others, so that the many rows of partners stay as they are.
alter table purchases add column if not exists namespace uuid;

-- What shoppers reported until now. The audit log knows who they are.
update purchases
set namespace = purchases.user_id
from audit_logs
where audit_logs.actor_type = 'user' and audit_logs.resource_type = 'purchase'
  and audit_logs.action = 'purchase.recorded' and audit_logs.resource_id = purchases.id
  and purchases.partner_id is null;

create trigger purchases_namespace_is_immutable
  before update of namespace on purchases
  for each row when (old.namespace is not null or old.partner_id is not null or new.namespace <> old.user_id)
  execute function refuse_change();

-- Processes of the version before do not know namespaces. Their audit record says what a shopper reported.
create function scope_id_of_shopper() returns trigger language plpgsql as $$
begin
  update purchases set namespace = user_id
  where id = new.resource_id and namespace is null and partner_id is null;
  return null;
end
$$;

create trigger audit_logs_scope_ids_of_shoppers after insert on audit_logs
  for each row when (new.actor_type = 'user' and new.action = 'purchase.recorded')
  execute function scope_id_of_shopper();

-- The order that the shop knows, in letters and digits, where the source told it.
alter table purchases add column if not exists order_key text;

create trigger purchases_order_key_is_immutable
  before update of order_key on purchases
  for each statement execute function refuse_change();

-- Other sources of a purchase, each with its own id and the amount that it told. The purchase's own row is the first.
create table purchase_witnesses (
  namespace uuid not null,
  external_id text not null check (length(external_id) between 1 and 255),
  purchase_id uuid not null references purchases (id),
  source_kind purchase_source_kind not null,
  amount money_amount not null check (amount > 0),
  currency currency_code not null,
  reported_at timestamptz not null,
  primary key (namespace, external_id)
);

create index purchase_witnesses_purchase on purchase_witnesses (purchase_id);

create trigger purchase_witnesses_are_append_only
  before update or delete or truncate on purchase_witnesses
  for each statement execute function refuse_change();

-- A version is named by its source, and a match by its external id: both may be alike.
alter table purchase_revisions drop constraint purchase_revisions_version_key;
-- squawk-ignore disallowed-unique-constraint, constraint-missing-not-valid
alter table purchase_revisions add constraint purchase_revisions_version_key unique (purchase_id, namespace, version, cause);

-- A hold that ended by a match may be opened once more, by evidence that appears later. An administrator's word stands.
drop trigger purchase_holds_reasons_are_immutable on purchase_holds;
create trigger purchase_holds_reasons_are_immutable
  before update of purchase_id, reasons, held_at on purchase_holds
  for each row when (
    old.purchase_id <> new.purchase_id or new.resolution is not null or old.resolution is distinct from 'matched'
  )
  execute function refuse_change();
drop trigger purchase_holds_are_resolved_once on purchase_holds;
create trigger purchase_holds_are_resolved_once
  before update on purchase_holds
  for each row when (
    old.resolution is not null and not (old.resolution = 'matched' and new.resolution is null)
  )
  execute function refuse_change();
