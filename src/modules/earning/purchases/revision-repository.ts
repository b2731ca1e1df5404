import { sql } from 'kysely';
import { bulkInsert } from '../../../core/database/bulk.ts';
import type { Db } from '../../../core/database/index.ts';
import { formatMoney, moneyFromNumeric } from '../../../core/money.ts';
import { lineRows, linesFrom } from './lines.ts';
import type { Purchase, Revision } from './model.ts';
import type { Position } from './position.ts';

export type RevisionRepository = ReturnType<typeof revisionRepository>;

const queueInsert = bulkInsert<Revision>('purchase_revisions', {
  id: ['uuid', ({ id }) => id],
  purchase_id: ['uuid', ({ purchaseId }) => purchaseId],
  seq: ['integer', ({ seq }) => seq],
  namespace: ['uuid', ({ namespace }) => namespace],
  source_kind: ['purchase_source_kind', ({ sourceKind }) => sourceKind],
  version: ['text', ({ version }) => version],
  cause: ['purchase_revision_cause', ({ cause }) => cause],
  amount: ['numeric', ({ amount, currency }) => formatMoney(amount, currency)],
  lines: [
    'jsonb',
    ({ lines, currency }) => (lines === null ? null : JSON.stringify(lineRows(lines, currency))),
  ],
  state: ['purchase_status', ({ state }) => state],
  uncapped_amount: ['numeric', ({ uncappedAmount, currency }) => formatMoney(uncappedAmount, currency)],
  reward: ['numeric', ({ after, currency }) => formatMoney(after.reward, currency)],
  bucket: ['wallet_bucket', ({ after }) => after.bucket],
  reward_before: ['numeric', ({ before, currency }) => formatMoney(before.reward, currency)],
  bucket_before: ['wallet_bucket', ({ before }) => before.bucket],
  reason: ['text', ({ reason }) => reason],
  actor_type: ['actor_type', ({ actor }) => actor.type],
  actor_id: ['uuid', ({ actor }) => actor.id],
  created_at: ['timestamptz', ({ createdAt }) => createdAt.toString()],
});

export function revisionRepository() {
  /** The revisions of each purchase, oldest first. Sends no query if none of them has any, as is usual. */
  async function findOf(
    db: Db,
    purchases: readonly Pick<Purchase, 'id' | 'revision'>[],
  ): Promise<ReadonlyMap<string, readonly Revision[]>> {
    const revised = purchases.filter(({ revision }) => revision > 0).map(({ id }) => id);
    if (revised.length === 0) return new Map();
    return Map.groupBy(await findByPurchases(db, revised), ({ purchaseId }) => purchaseId);
  }

  async function findByPurchases(db: Db, purchaseIds: readonly string[]): Promise<Revision[]> {
    const rows = await db
      .selectFrom('purchase_revisions')
      .innerJoin('purchases', 'purchases.id', 'purchase_revisions.purchase_id')
      .selectAll('purchase_revisions')
      .select('purchases.currency')
      .where('purchase_id', '=', sql<string>`any(${purchaseIds}::uuid[])`)
      .orderBy('purchase_id')
      .orderBy('seq')
      .execute();
    return rows.map((row) => {
      const money = (numeric: string) => moneyFromNumeric(numeric, row.currency);
      return {
        id: row.id,
        purchaseId: row.purchase_id,
        seq: row.seq,
        namespace: row.namespace,
        sourceKind: row.source_kind,
        version: row.version,
        cause: row.cause,
        amount: money(row.amount),
        currency: row.currency,
        lines: row.lines === null ? null : linesFrom(row.lines, row.currency),
        state: row.state,
        uncappedAmount: money(row.uncapped_amount),
        before: positionFrom(money(row.reward_before), row.bucket_before),
        after: positionFrom(money(row.reward), row.bucket),
        reason: row.reason,
        actor: { type: row.actor_type, id: row.actor_id },
        createdAt: row.created_at,
      };
    });
  }

  return { queueInsert, findOf };
}

function positionFrom(reward: bigint, bucket: string): Position {
  if (bucket !== 'pending' && bucket !== 'available') throw new Error(`a revision has its reward ${bucket}`);
  return { reward, bucket };
}
