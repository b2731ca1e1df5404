import type { ServingRole } from './core/database/migrations.ts';
import type { DB } from './core/database/schema.generated.ts';
import { userOf } from './core/database/url.ts';

/** Rows are added, and never changed or removed. */
const APPENDED = 'select, insert';
/** Rows are never removed. */
const KEPT = 'select, insert, update';
/** To lock a row takes the right to update it. */
const REMOVED = 'select, insert, update, delete';

/**
 * What the role that serves requests may do with each table. It owns nothing: it cannot alter or truncate a table, switch
 * off a trigger or replace a function. A table without its line does not compile.
 */
export const PRIVILEGES: Readonly<Record<keyof DB | 'schema_migrations', string>> = {
  adjustment_decisions: APPENDED,
  adjustments: APPENDED,
  audit_logs: APPENDED,
  audit_seals: APPENDED,
  book_proofs: APPENDED,
  cashback_cap_usage: KEPT,
  cashback_transactions: 'select, insert, update (status)',
  ceilings: REMOVED,
  event_consumers: KEPT,
  email_proofs: REMOVED,
  exposure_days: 'select, insert, update (released)',
  exposure_entries: APPENDED,
  feature_flags: REMOVED,
  idempotency_keys: REMOVED,
  login_budgets: REMOVED,
  mails: REMOVED,
  merchants: KEPT,
  notification_settings: REMOVED,
  offers: KEPT,
  partner_keys: KEPT,
  partner_messages: REMOVED,
  partners: KEPT,
  password_reset_requests: REMOVED,
  password_resets: REMOVED,
  payouts: KEPT,
  production_mark: APPENDED,
  purchase_details: APPENDED,
  purchase_holds: KEPT,
  purchase_revisions: APPENDED,
  purchase_witnesses: APPENDED,
  purchases: KEPT,
  recovery_codes: REMOVED,
  refresh_tokens: REMOVED,
  refusal_hours: REMOVED,
  refusals: REMOVED,
  report_days: KEPT,
  report_merchants: KEPT,
  report_overdue: REMOVED,
  report_partners: REMOVED,
  report_progress: 'select, update',
  report_states: KEPT,
  schema_migrations: 'select',
  second_factors: REMOVED,
  sessions: REMOVED,
  users: KEPT,
  wallet_entries: APPENDED,
  wallets: 'select, insert, update (pending, available, paid, last_sequence)',
  webhook_deliveries: REMOVED,
  webhook_endpoints: REMOVED,
};

/** The user of this URL, for the migration that grants it these privileges. */
export function servedBy(url: string): ServingRole {
  return { name: userOf(url), privileges: PRIVILEGES };
}
