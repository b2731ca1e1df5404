import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../core/database/index.ts';
import type { Section } from './tables.ts';

export type ExportRepository = ReturnType<typeof exportRepository>;

type Row = Readonly<Record<string, unknown>>;

/** The rows of each section, as JSON objects. Secrets are left out. */
const QUERIES: Readonly<Record<Section, (userId: string) => RawBuilder<{ row: Row }>>> = {
  profile: (id) => sql`
    select to_jsonb(users) - 'password_hash' || jsonb_build_object('has_password', password_hash is not null) as row
    from users where id = ${id}`,
  sessions: (id) => sql`select to_jsonb(sessions) as row from sessions where user_id = ${id} order by id`,
  security: (id) => sql`
    select jsonb_build_object(
      'second_factor', exists (select from second_factors where user_id = ${id} and secret is not null),
      'pending_address', (select to_jsonb(email_proofs) - 'token_hash' from email_proofs where user_id = ${id}),
      'password_reset_until', (select expires_at from password_resets where user_id = ${id})
    ) as row`,
  wallets: (id) => sql`select to_jsonb(wallets) as row from wallets where user_id = ${id} order by currency`,
  wallet_entries: (id) => sql`
    select to_jsonb(wallet_entries) as row
    from wallet_entries join wallets on wallets.id = wallet_id
    where user_id = ${id} order by wallet_id, sequence`,
  adjustments: (id) => sql`
    select to_jsonb(adjustments) - 'admin_id' as row from adjustments where user_id = ${id} order by id`,
  payouts: (id) => sql`
    select to_jsonb(payouts) - 'processing_by' - 'completed_by' - 'account_fingerprint' as row
    from payouts where user_id = ${id} order by id`,
  purchases: (id) => sql`
    select to_jsonb(purchases) || jsonb_build_object('lines', lines) as row
    from purchases left join purchase_details on purchase_id = purchases.id
    where user_id = ${id} order by purchases.id`,
  rewards: (id) => sql`
    select to_jsonb(cashback_transactions) as row from cashback_transactions
    where user_id = ${id} order by id`,
  cap_usage: (id) => sql`
    select to_jsonb(cashback_cap_usage) as row from cashback_cap_usage where user_id = ${id} order by month`,
  purchase_reports: (id) => sql`
    select to_jsonb(purchase_witnesses) as row
    from purchase_witnesses join purchases on purchases.id = purchase_id
    where user_id = ${id} order by reported_at`,
  purchase_changes: (id) => sql`
    select to_jsonb(purchase_revisions) - 'actor_id' as row
    from purchase_revisions join purchases on purchases.id = purchase_id
    where user_id = ${id} order by purchase_revisions.id`,
  reviews: (id) => sql`
    select to_jsonb(purchase_holds) - 'resolved_by' as row
    from purchase_holds join purchases on purchases.id = purchase_id
    where user_id = ${id} order by held_at`,
  settings: (id) => sql`
    select to_jsonb(feature_flags) as row from feature_flags where user_id = ${id}
    union all
    select to_jsonb(notification_settings) from notification_settings where user_id = ${id}`,
  mails: (id) => sql`
    select to_jsonb(mails) - 'content' - 'digest' as row from mails where user_id = ${id} order by queued_at`,
  events: (id) => sql`
    select to_jsonb(audit_logs) - 'recorded_in' - case when actor_id = ${id} then '' else 'actor_id' end as row
    from audit_logs
    where actor_id = ${id} or (resource_type in ('user', 'wallet') and resource_id = ${id})
    order by id`,
};

export function exportRepository() {
  async function read(db: Db, userId: string, section: Section): Promise<readonly Row[]> {
    const { rows } = await QUERIES[section](userId).execute(db);
    return rows.map(({ row }) => row);
  }

  return { read };
}
