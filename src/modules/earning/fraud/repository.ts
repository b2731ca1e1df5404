import { type Db, queueSql, type Trx } from '../../../core/database/index.ts';
import { totalOf } from '../../../core/database/newest-first.ts';
import { moneyFromNumeric } from '../../../core/money.ts';
import { type PageOf, type PageRequest, pageOf } from '../../../core/page.ts';
import type { HeldPurchase, Hold, HoldFilter, HoldResolution, Reason } from './model.ts';

export type HoldRepository = ReturnType<typeof holdRepository>;

export function holdRepository() {
  function queueInsert(trx: Trx, held: readonly HeldPurchase[], now: Temporal.Instant): void {
    queueSql(trx)`
      insert into purchase_holds (purchase_id, reasons, held_at)
      select
        unnest(${held.map(({ purchaseId }) => purchaseId)}::uuid[]),
        unnest(${held.map(({ reasons }) => JSON.stringify(reasons))}::jsonb[]),
        ${now.toString()}::timestamptz
    `;
  }

  /** Resolves the open holds of these purchases, whose rows the caller has locked. */
  function queueResolve(
    trx: Trx,
    resolutions: readonly {
      readonly purchaseId: string;
      readonly resolution: HoldResolution;
      readonly resolvedBy: string | null;
    }[],
    now: Temporal.Instant,
  ): void {
    queueSql(trx)`
      update purchase_holds
      set resolution = resolved.resolution, resolved_at = ${now.toString()}, resolved_by = resolved.resolved_by
      from (
        select
          unnest(${resolutions.map(({ purchaseId }) => purchaseId)}::uuid[]) as purchase_id,
          unnest(${resolutions.map(({ resolution }) => resolution)}::hold_resolution[]) as resolution,
          unnest(${resolutions.map(({ resolvedBy }) => resolvedBy)}::uuid[]) as resolved_by
      ) as resolved
      where purchase_holds.purchase_id = resolved.purchase_id
    `;
  }

  /** Newest purchase first; the cursor is its id. */
  async function list(db: Db, filter: HoldFilter, page: PageRequest): Promise<PageOf<Hold>> {
    let holds = db.selectFrom('purchase_holds');
    if (filter.status === 'open') holds = holds.where('resolution', 'is', null);
    else if (filter.status !== undefined) holds = holds.where('resolution', '=', filter.status);
    let matching = holds.innerJoin('purchases', 'purchases.id', 'purchase_holds.purchase_id');
    if (filter.merchantId !== undefined) matching = matching.where('merchant_id', '=', filter.merchantId);
    if (filter.userId !== undefined) matching = matching.where('user_id', '=', filter.userId);

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
      .orderBy('purchase_id', 'desc')
      .offset(page.offset)
      .limit(page.limit + 1);
    if (page.after !== undefined) selected = selected.where('purchase_id', '<', page.after);
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
    const isOfSomebody = filter.merchantId !== undefined || filter.userId !== undefined;
    const all = (isOfSomebody ? matching : holds).select('purchase_id');
    const counted = await totalOf(db, { atMost: (limit) => all.limit(limit), all }, rows, page);
    return { ...pageOf(rows, counted.total, page, ({ purchase }) => purchase.id), ...counted };
  }

  return { queueInsert, queueResolve, list };
}
