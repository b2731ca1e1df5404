import { bulkInsert } from '../../../core/database/bulk.ts';
import type { Db } from '../../../core/database/index.ts';
import { anyOf } from '../../../core/database/rows.ts';
import { lineRows, linesFrom } from './lines.ts';
import type { PurchaseDetails, PurchaseLine } from './model.ts';

export type DetailsRepository = ReturnType<typeof detailsRepository>;

/** Of purchases that the caller has inserted. */
const queueInsert = bulkInsert<PurchaseDetails>('purchase_details', {
  purchase_id: ['uuid', ({ purchaseId }) => purchaseId],
  lines: ['jsonb', ({ lines, currency }) => JSON.stringify(lineRows(lines, currency))],
});

export function detailsRepository() {
  /** The lines with which these purchases were recorded, by purchase id. */
  async function findLines(
    db: Db,
    purchaseIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly PurchaseLine[]>> {
    if (purchaseIds.length === 0) return new Map();
    const rows = await db
      .selectFrom('purchase_details')
      .innerJoin('purchases', 'purchases.id', 'purchase_details.purchase_id')
      .select(['purchase_id', 'lines', 'currency'])
      .where('purchase_id', '=', anyOf(purchaseIds))
      .execute();
    return new Map(rows.map(({ purchase_id, lines, currency }) => [purchase_id, linesFrom(lines, currency)]));
  }

  return { queueInsert, findLines };
}
