-- Up Migration

-- While a platform is young, what each purchase writes grows by a tenth within a minute or two, and autovacuum then
-- analyzes it: 30,000 rows of each table, sorted by each column, beside what is served. So only what an index has, or
-- is limited by, is looked at (the others 0). Most of it are keys, found by their index whatever is in it: a rough
-- picture will do (20). Of purchases and audit records there are lists, whose totals are estimated from it (50).

alter table purchases
  alter column id set statistics 50,
  alter column partner_id set statistics 50,
  alter column external_id set statistics 50,
  alter column user_id set statistics 50,
  alter column merchant_id set statistics 50,
  alter column amount set statistics 50,
  alter column purchased_at set statistics 50,
  alter column status set statistics 50,
  alter column held set statistics 50,
  alter column created_at set statistics 50,
  alter column offer_id set statistics 0,
  alter column currency set statistics 0,
  alter column confirmed_at set statistics 0,
  alter column reversed_at set statistics 0,
  alter column reversal_reason set statistics 0;

alter table audit_logs
  alter column id set statistics 50,
  alter column actor_type set statistics 50,
  alter column actor_id set statistics 50,
  alter column action set statistics 50,
  alter column resource_type set statistics 50,
  alter column resource_id set statistics 50,
  alter column outcome set statistics 50,
  alter column request_id set statistics 50,
  alter column occurred_at set statistics 0,
  alter column details set statistics 0;

alter table cashback_transactions
  alter column id set statistics 20,
  alter column purchase_id set statistics 20,
  alter column user_id set statistics 0,
  alter column offer_id set statistics 0,
  alter column cashback_type set statistics 0,
  alter column cashback_value set statistics 0,
  alter column monthly_cap set statistics 0,
  alter column cap_month set statistics 0,
  alter column uncapped_amount set statistics 0,
  alter column amount set statistics 0,
  alter column currency set statistics 0,
  alter column status set statistics 0,
  alter column created_at set statistics 0;

alter table cashback_cap_usage
  alter column user_id set statistics 20,
  alter column offer_id set statistics 20,
  alter column month set statistics 20,
  alter column cap set statistics 0,
  alter column used set statistics 0;

alter table wallets
  alter column id set statistics 20,
  alter column user_id set statistics 20,
  alter column currency set statistics 20,
  alter column pending set statistics 0,
  alter column available set statistics 0,
  alter column paid set statistics 0,
  alter column last_sequence set statistics 0;

alter table wallet_entries
  alter column wallet_id set statistics 20,
  alter column sequence set statistics 20,
  alter column type set statistics 20,
  alter column source_id set statistics 20,
  alter column id set statistics 0,
  alter column from_bucket set statistics 0,
  alter column to_bucket set statistics 0,
  alter column amount set statistics 0,
  alter column source_type set statistics 0,
  alter column pending_after set statistics 0,
  alter column available_after set statistics 0,
  alter column paid_after set statistics 0,
  alter column created_at set statistics 0;
