-- Up Migration

-- A process of the version before does not hold what a shopper reports, and 0032 has held only what was there. Its audit
-- record says who reported. Reports of the present version are held already.
create function hold_report_of_shopper() returns trigger language plpgsql as $$
begin
  with held as (
    insert into purchase_holds (purchase_id, reasons, held_at)
    select id, '[{"rule": "self_report", "evidence": {"reported_by": "user"}}]', new.occurred_at
    from purchases
    where id = new.resource_id and status = 'pending' and not held
    on conflict (purchase_id) do nothing
    returning purchase_id
  )
  update purchases set held = true where id in (select purchase_id from held);
  return null;
end
$$;

create trigger audit_logs_hold_reports_of_shoppers after insert on audit_logs
  for each row when (new.actor_type = 'user' and new.action = 'purchase.recorded')
  execute function hold_report_of_shopper();

-- Reports that a process of the version before has recorded since 0032.
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
  on conflict (purchase_id) do nothing
  returning purchase_id
)
update purchases set held = true where id in (select purchase_id from held);
