import { sql } from 'kysely';
import type { Db } from '../../../core/database/index.ts';
import type { RowOf } from '../../../core/database/rows.ts';
import { moneyFromNumeric } from '../../../core/money.ts';
import { REFUNDED } from '../../money/payouts/index.ts';
import type { Entry, Facts, PayoutFacts, Recorded, RevisionFacts, WitnessFacts } from './model.ts';

export type TimelineRepository = ReturnType<typeof timelineRepository>;

/** A purchase has a handful of events. More would be a fault, and must not make the page slow. */
const MOST_EVENTS = 500;

type FactsRow = RowOf<'purchases'> & {
  readonly user_email: string;
  readonly user_active: boolean;
  readonly merchant_name: string;
  readonly merchant_active: boolean;
  readonly confirmation_days: number | null;
  readonly partner_name: string | null;
  readonly reasons: Facts['holdReasons'] | null;
  readonly lines: readonly { readonly status: string }[] | null;
  readonly wallet_id: string;
  readonly pending: string;
  readonly available: string;
};

export function timelineRepository() {
  async function findFacts(db: Db, id: string): Promise<Facts | undefined> {
    const { rows } = await sql<FactsRow>`
      select
        purchases.*,
        users.email as user_email, users.active as user_active,
        merchants.name as merchant_name, merchants.active as merchant_active, merchants.confirmation_days,
        (select name from partners where partners.id = partner_id) as partner_name,
        (select reasons from purchase_holds where purchase_id = purchases.id) as reasons,
        coalesce(
          (
            select lines from purchase_revisions
            where purchase_id = purchases.id and lines is not null order by seq desc limit 1
          ),
          (select lines from purchase_details where purchase_id = purchases.id)
        ) as lines,
        wallets.id as wallet_id, wallets.pending, wallets.available
      from purchases
      join users on users.id = purchases.user_id
      join merchants on merchants.id = purchases.merchant_id
      join wallets on wallets.user_id = purchases.user_id and wallets.currency = purchases.currency
      where purchases.id = ${id}
    `.execute(db);
    const [row] = rows;
    return row && toFacts(row);
  }

  /** Oldest first. */
  async function findEvents(db: Db, purchaseId: string): Promise<readonly Recorded[]> {
    const { rows } = await sql<
      Pick<RowOf<'audit_logs'>, 'occurred_at' | 'action' | 'actor_type' | 'actor_id' | 'request_id'> & {
        readonly details: Recorded['details'];
        readonly label: string | null;
      }
    >`
      select
        occurred_at, action, actor_type, actor_id, details, request_id,
        case actor_type
          when 'partner' then (select name from partners where partners.id = actor_id)
          else (select email from users where users.id = actor_id)
        end as label
      from audit_logs
      where resource_id = ${purchaseId} and resource_type = 'purchase' and outcome = 'success'
      order by id nulls first
      limit ${MOST_EVENTS}
    `.execute(db);
    return rows.map((row) => ({
      at: row.occurred_at,
      action: row.action,
      actor: { type: row.actor_type, id: row.actor_id, label: row.label ?? 'ClickNBack' },
      details: row.details,
      requestId: row.request_id,
    }));
  }

  /** In the order of the journal. */
  async function findEntries(db: Db, { id, currency }: Facts): Promise<readonly Entry[]> {
    const { rows } = await sql<RowOf<'wallet_entries'>>`
      select * from wallet_entries
      where source_id = any (array(select id from purchase_revisions where purchase_id = ${id}) || ${id}::uuid)
      order by sequence
    `.execute(db);
    const money = (numeric: string) => moneyFromNumeric(numeric, currency);
    return rows.map((row) => ({
      sequence: row.sequence,
      type: row.type,
      from: row.from_bucket,
      to: row.to_bucket,
      amount: money(row.amount),
      sourceId: row.source_id,
      pendingAfter: money(row.pending_after),
      availableAfter: money(row.available_after),
      paidAfter: money(row.paid_after),
      createdAt: row.created_at,
    }));
  }

  /** Oldest first. */
  async function findRevisions(db: Db, { id, currency }: Facts): Promise<readonly RevisionFacts[]> {
    const rows = await db
      .selectFrom('purchase_revisions')
      .select(['id', 'seq', 'amount', 'uncapped_amount', 'reward'])
      .where('purchase_id', '=', id)
      .orderBy('seq')
      .execute();
    const money = (numeric: string) => moneyFromNumeric(numeric, currency);
    return rows.map((row) => ({
      id: row.id,
      seq: row.seq,
      amount: money(row.amount),
      uncappedAmount: money(row.uncapped_amount),
      reward: money(row.reward),
    }));
  }

  /** The other sources, in the order of their reports. */
  async function findWitnesses(db: Db, { id, merchantId }: Facts): Promise<readonly WitnessFacts[]> {
    const { rows } = await sql<RowOf<'purchase_witnesses'> & { readonly partner_id: string | null }>`
      select *, case source_kind when 'partner' then partner_of_namespace(namespace, ${merchantId}::uuid) end as partner_id
      from purchase_witnesses where purchase_id = ${id} order by reported_at, external_id
    `.execute(db);
    return rows.map((row) => ({
      kind: row.source_kind,
      partnerId: row.partner_id,
      externalId: row.external_id,
      amount: moneyFromNumeric(row.amount, row.currency),
      reportedAt: row.reported_at,
    }));
  }

  /** Those that left the wallet after this entry and did not come back, oldest first. */
  async function findPayoutsAfter(
    db: Db,
    { userId, currency, wallet }: Facts,
    sequence: bigint,
  ): Promise<readonly PayoutFacts[]> {
    const { rows } = await sql<RowOf<'payouts', ['id', 'amount', 'status', 'settled_at']>>`
      select payouts.id, payouts.amount, status, settled_at
      from payouts join wallet_entries as entry on entry.source_id = payouts.id and entry.type = 'payout'
      where user_id = ${userId} and currency = ${currency} and status <> all (${REFUNDED}::payout_status[])
        and entry.wallet_id = ${wallet.id} and entry.sequence > ${String(sequence)}
      order by entry.sequence
    `.execute(db);
    return rows.map((row) => ({
      id: row.id,
      amount: moneyFromNumeric(row.amount, currency),
      status: row.status,
      settledAt: row.settled_at,
    }));
  }

  return { findFacts, findEvents, findEntries, findRevisions, findWitnesses, findPayoutsAfter };
}

function toFacts(row: FactsRow): Facts {
  const money = (numeric: string) => moneyFromNumeric(numeric, row.currency);
  return {
    id: row.id,
    externalId: row.external_id,
    orderKey: row.order_key,
    userId: row.user_id,
    userEmail: row.user_email,
    merchantId: row.merchant_id,
    merchantName: row.merchant_name,
    partnerId: row.partner_id,
    partnerName: row.partner_name,
    offerId: row.offer_id,
    originalAmount: money(row.amount),
    currency: row.currency,
    status: row.status,
    held: row.held,
    revision: row.revision,
    purchasedAt: row.purchased_at,
    createdAt: row.created_at,
    confirmedAt: row.confirmed_at,
    reversedAt: row.reversed_at,
    reversalReason: row.reversal_reason,
    isAwaitingRelease: row.status === 'confirmed' && row.release_queue !== null && row.released_at === null,
    isUserActive: row.user_active,
    isMerchantActive: row.merchant_active,
    confirmationDays: row.confirmation_days,
    holdReasons: row.reasons ?? [],
    hasPendingLine: (row.lines ?? []).some(({ status }) => status === 'pending'),
    wallet: { id: row.wallet_id, pending: money(row.pending), available: money(row.available) },
  };
}
