import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { bulkInsert, bulkUpdate } from '../../../core/database/bulk.ts';
import type { Db } from '../../../core/database/index.ts';
import { totalOf } from '../../../core/database/newest-first.ts';
import { anyOf } from '../../../core/database/rows.ts';
import { moneyFromNumeric } from '../../../core/money.ts';
import { type PageOf, type PageRequest, pageOf } from '../../../core/page.ts';
import type {
  FoundHold,
  HeldPurchase,
  Hold,
  HoldFilter,
  HoldResolution,
  HoldStatus,
  Reason,
} from './model.ts';

export type HoldRepository = ReturnType<typeof holdRepository>;

/** Opens a hold; once more where the first one ended by a match. */
const queueInsert = bulkInsert<HeldPurchase, string>(
  'purchase_holds',
  {
    purchase_id: ['uuid', ({ purchaseId }) => purchaseId],
    reasons: ['jsonb', ({ reasons }) => JSON.stringify(reasons)],
    held_at: ['timestamptz', (_, now) => now],
  },
  `on conflict (purchase_id) do update
   set reasons = excluded.reasons, held_at = excluded.held_at, resolution = null, resolved_at = null, resolved_by = null`,
);

type Resolution = {
  readonly purchaseId: string;
  readonly resolution: HoldResolution;
  readonly resolvedBy: string | null;
};

/** Resolves the open holds of the purchases. The caller must have locked the purchases. */
const queueResolve = bulkUpdate<Resolution, string>('purchase_holds', ['purchase_id'], {
  purchase_id: ['uuid', ({ purchaseId }) => purchaseId],
  resolution: ['hold_resolution', ({ resolution }) => resolution],
  resolved_at: ['timestamptz', (_, now) => now],
  resolved_by: ['uuid', ({ resolvedBy }) => resolvedBy],
});

export function holdRepository() {
  async function find(db: Db, purchaseIds: readonly string[]): Promise<FoundHold[]> {
    const rows = await db
      .selectFrom('purchase_holds')
      .select(['purchase_id', 'reasons', 'resolution'])
      .where('purchase_id', '=', anyOf(purchaseIds))
      .execute();
    return rows.map(({ purchase_id, reasons, resolution }) => ({
      purchaseId: purchase_id,
      reasons: reasons as unknown as readonly Reason[],
      status: resolution ?? 'open',
    }));
  }

  /** Newest purchase first unless the page says otherwise. The cursor is the id of the purchase. */
  async function list(db: Db, filter: HoldFilter, page: PageRequest): Promise<PageOf<Hold>> {
    let holds = db.selectFrom('purchase_holds');
    if (filter.statuses !== undefined) holds = holds.where(hasStatus(filter.statuses));
    let matching = holds.innerJoin('purchases', 'purchases.id', 'purchase_holds.purchase_id');
    const { merchantIds, userIds } = filter;
    if (merchantIds !== undefined) matching = matching.where('merchant_id', '=', anyOf(merchantIds));
    if (userIds !== undefined) matching = matching.where('user_id', '=', anyOf(userIds));

    let selected = matching
      .select([
        'purchase_id',
        'external_id',
        'user_id',
        'merchant_id',
        'amount',
        'currency',
        'purchased_at',
        'purchases.status',
        'reasons',
        'held_at',
        'resolution',
        'resolved_at',
        'resolved_by',
      ])
      .orderBy('purchase_id', page.oldestFirst ? 'asc' : 'desc')
      .offset(page.offset)
      .limit(page.limit + 1);
    if (page.after !== undefined) {
      const beyond = page.oldestFirst ? '>' : '<';
      // For both tables: a merge of their indexes begins at the cursor in each.
      selected = selected.where('purchase_id', beyond, page.after).where('purchases.id', beyond, page.after);
    }
    const rows = (await selected.execute()).map(
      (row): Hold => ({
        purchase: {
          id: row.purchase_id,
          externalId: row.external_id,
          userId: row.user_id,
          merchantId: row.merchant_id,
          amount: moneyFromNumeric(row.amount, row.currency),
          currency: row.currency,
          purchasedAt: row.purchased_at,
          status: row.status,
        },
        reasons: row.reasons as unknown as readonly Reason[],
        heldAt: row.held_at,
        status: row.resolution ?? 'open',
        resolvedAt: row.resolved_at,
        resolvedBy: row.resolved_by,
      }),
    );
    // Every hold has a purchase, so the join is needed only for filters by purchase.
    const filtersByPurchase = merchantIds !== undefined || userIds !== undefined;
    const all = (filtersByPurchase ? matching : holds).select('purchase_id');
    const list = {
      atMost: (limit: number) => all.limit(limit),
      all,
      onlyGrows: filter.statuses === undefined,
    };
    const counted = await totalOf(db, list, rows, page);
    return { ...pageOf(rows, counted.total, page, ({ purchase }) => purchase.id), ...counted };
  }

  return { find, queueInsert, queueResolve, list };
}

/** An open hold has no resolution. The planner must see that alone, to read the index of those open. */
function hasStatus(statuses: readonly HoldStatus[]): RawBuilder<SqlBool> {
  const resolutions = statuses.filter((status) => status !== 'open');
  const [first] = resolutions;
  const resolved =
    resolutions.length === 1
      ? sql<SqlBool>`resolution = ${first}`
      : sql<SqlBool>`resolution = any (${resolutions}::hold_resolution[])`;
  if (!statuses.includes('open')) return resolved;
  return first === undefined ? sql`resolution is null` : sql`(resolution is null or ${resolved})`;
}
