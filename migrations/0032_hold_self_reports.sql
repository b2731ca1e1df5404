-- Up Migration

-- Purchases that only their shopper has reported wait for review from now on. So do those that are pending already: the
-- audit log knows who reported them.
with reported as (
  select purchases.id
  from audit_logs join purchases on purchases.id = audit_logs.resource_id
  where audit_logs.actor_type = 'user' and audit_logs.resource_type = 'purchase'
    and audit_logs.action = 'purchase.recorded'
    and purchases.status = 'pending' and not purchases.held
),
held as (
  insert into purchase_holds (purchase_id, reasons, held_at)
  select id, '[{"rule": "self_report", "evidence": {"reported_by": "user"}}]', now() from reported
  -- Held before, and released by an administrator: that word stands.
  on conflict (purchase_id) do nothing
  returning purchase_id
)
update purchases set held = true where id in (select purchase_id from held);
