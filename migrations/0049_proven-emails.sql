-- Up Migration

-- When the operator vouched for the address, or its owner used a token that the operator sent there. Null: a claim.
alter table users add column email_verified_at timestamptz;

-- Who was imported or created by the operator, or has used a reset token, is in the audit log.
update users
set email_verified_at = proof.at
from (
  select resource_id, min(occurred_at) as at
  from audit_logs
  where action in ('user.imported', 'user.admin_created', 'user.password_reset') and outcome = 'success'
  group by resource_id
) as proof
where users.id = proof.resource_id;

-- Issued by the command on the server. Only such a token sets the password of staff.
alter table password_resets add column from_server boolean not null default false;
