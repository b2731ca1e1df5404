import type { DB } from '../../../core/database/schema.generated.ts';

/** A section of the export, or the reason why a table is in none. */
type Place = { readonly section: Section } | { readonly reason: string };

export const SECTIONS = [
  'profile',
  'sessions',
  'security',
  'wallets',
  'wallet_entries',
  'adjustments',
  'payouts',
  'purchases',
  'rewards',
  'cap_usage',
  'purchase_reports',
  'purchase_changes',
  'reviews',
  'settings',
  'mails',
  'events',
] as const;

export type Section = (typeof SECTIONS)[number];

const CATALOGUE = 'about merchants and partners, not about users';
const SECRET = 'secrets of a login, which prove nothing to their owner and would help a thief';
const SUMS = 'sums without users';

/** Where the export has the rows of each table. A table without its line does not compile. */
export const PLACES: Readonly<Record<keyof DB, Place>> = {
  adjustment_decisions: { reason: 'acts of staff; the adjustment is exported' },
  adjustments: { section: 'adjustments' },
  audit_logs: { section: 'events' },
  audit_seals: { reason: 'digests' },
  book_proofs: { reason: 'results' },
  cashback_cap_usage: { section: 'cap_usage' },
  cashback_transactions: { section: 'rewards' },
  ceilings: { reason: CATALOGUE },
  email_proofs: { section: 'security' },
  event_consumers: { reason: 'places in the feed' },
  exposure_days: { reason: SUMS },
  exposure_entries: { reason: 'parts of those sums; the reward is exported' },
  feature_flags: { section: 'settings' },
  idempotency_keys: { reason: 'responses of the last day, whose objects are exported' },
  login_budgets: { reason: 'keyed hashes, which name no user' },
  mails: { section: 'mails' },
  merchants: { reason: CATALOGUE },
  notification_settings: { section: 'settings' },
  offers: { reason: CATALOGUE },
  partner_keys: { reason: CATALOGUE },
  partner_messages: { reason: CATALOGUE },
  partners: { reason: CATALOGUE },
  password_reset_requests: { reason: 'deleted within a second' },
  password_resets: { section: 'security' },
  payouts: { section: 'payouts' },
  production_mark: { reason: 'one row' },
  purchase_details: { section: 'purchases' },
  purchase_holds: { section: 'reviews' },
  purchase_revisions: { section: 'purchase_changes' },
  purchase_witnesses: { section: 'purchase_reports' },
  purchases: { section: 'purchases' },
  recovery_codes: { reason: SECRET },
  refresh_tokens: { reason: SECRET },
  refusal_hours: { reason: SUMS },
  refusals: { reason: 'reports of partners that recorded nothing, deleted after 30 days' },
  report_days: { reason: SUMS },
  report_merchants: { reason: SUMS },
  report_overdue: { reason: SUMS },
  report_partners: { reason: SUMS },
  report_progress: { reason: 'a place in the feed' },
  report_states: { reason: SUMS },
  second_factors: { section: 'security' },
  sessions: { section: 'sessions' },
  users: { section: 'profile' },
  webhook_deliveries: { reason: 'deliveries to programs; the events are exported' },
  webhook_endpoints: { reason: CATALOGUE },
  wallet_entries: { section: 'wallet_entries' },
  wallets: { section: 'wallets' },
};
