import { sql } from 'kysely';
import type { Db, Trx } from '../../core/database.ts';
import { moneyFromNumeric } from '../../core/money.ts';
import { type PageOf, type PageRequest, pageOf } from '../../core/page.ts';
import type { HeldPurchase, Hold, HoldFilter, HoldResolution, Reason } from './model.ts';

export type HoldRepository = ReturnType<typeof holdRepository>;

export function holdRepository() {
  async function insert(trx: Trx, held: readonly HeldPurchase[], now: Temporal.Instant): Promise<void> {
    await sql`
      insert into purchase_holds (purchase_id, reasons, held_at)
      select purchase_id, reasons, ${now.toString()}
      from unnest(
        ${held.map(({ purchaseId }) => purchaseId)}::uuid[],
        ${held.map(({ reasons }) => JSON.stringify(reasons))}::jsonb[]
      ) as hold (purchase_id, reasons)
    `.execute(trx);
  }

  /** Resolves the open holds of these purchases, whose rows the caller has locked. */
  async function resolve(
    trx: Trx,
    resolutions: readonly {
      readonly purchaseId: string;
      readonly resolution: HoldResolution;
      readonly resolvedBy: string | null;
    }[],
    now: Temporal.Instant,
  ): Promise<void> {
    await sql`
      update purchase_holds
      set resolution = resolved.resolution, resolved_at = ${now.toString()}, resolved_by = resolved.resolved_by
      from unnest(
        ${resolutions.map(({ purchaseId }) => purchaseId)}::uuid[],
        ${resolutions.map(({ resolution }) => resolution)}::hold_resolution[],
        ${resolutions.map(({ resolvedBy }) => resolvedBy)}::uuid[]
      ) as resolved (purchase_id, resolution, resolved_by)
      where purchase_holds.purchase_id = resolved.purchase_id
    `.execute(trx);
  }

  /** Newest purchase first; the cursor is its id. */
  async function list(db: Db, filter: HoldFilter, page: PageRequest): Promise<PageOf<Hold>> {
    let matching = db
      .selectFrom('purchase_holds')
      .innerJoin('purchases', 'purchases.id', 'purchase_holds.purchase_id');
    if (filter.status === 'open') matching = matching.where('resolution', 'is', null);
    else if (filter.status !== undefined) matching = matching.where('resolution', '=', filter.status);
    if (filter.merchantId !== undefined) matching = matching.where('merchant_id', '=', filter.merchantId);
    if (filter.userId !== undefined) matching = matching.where('user_id', '=', filter.userId);

    const { total } = await matching.select(sql<number>`count(*)::int`.as('total')).executeTakeFirstOrThrow();
    let rows = matching
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
    if (page.after !== undefined) rows = rows.where('purchase_id', '<', page.after);
    const holds = (await rows.execute()).map(
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
    return pageOf(holds, total, page, ({ purchase }) => purchase.id);
  }

  return { insert, resolve, list };
}
