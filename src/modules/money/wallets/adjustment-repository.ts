import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { Db, Trx } from '../../../core/database/index.ts';
import { anyValueOf, pageNewestFirst } from '../../../core/database/newest-first.ts';
import { anyOf, type RowOf } from '../../../core/database/rows.ts';
import { formatMoney, moneyFromNumeric } from '../../../core/money.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { Adjustment, AdjustmentDecision, AdjustmentFilter, AdjustmentStatus } from './model.ts';

export type AdjustmentRepository = ReturnType<typeof adjustmentRepository>;

const COLUMNS = [
  'id',
  'user_id',
  'amount',
  'currency',
  'direction',
  'reason',
  'admin_id',
  'needs_four_eyes',
  'created_at',
] as const;

type AdjustmentRow = RowOf<'adjustments', typeof COLUMNS>;

const decidedAs = (verdict: AdjustmentDecision['verdict']) =>
  sql`exists (select from adjustment_decisions where adjustment_id = adjustments.id and verdict = ${verdict})`;

const IS_UNDECIDED = sql<SqlBool>`
  needs_four_eyes and not exists (select from adjustment_decisions where adjustment_id = adjustments.id)
`;

const HAS_STATUS: Readonly<Record<AdjustmentStatus, RawBuilder<SqlBool>>> = {
  completed: sql`(not needs_four_eyes or ${decidedAs('approved')})`,
  awaiting_approval: IS_UNDECIDED,
  rejected: sql`(needs_four_eyes and ${decidedAs('rejected')})`,
  expired: sql`(needs_four_eyes and ${decidedAs('expired')})`,
};

export function adjustmentRepository() {
  async function insert(trx: Trx, adjustment: Adjustment): Promise<void> {
    const { id, userId, amount, currency, direction, reason, adminId, needsFourEyes, createdAt } = adjustment;
    await trx
      .insertInto('adjustments')
      .values({
        id,
        user_id: userId,
        amount: formatMoney(amount, currency),
        currency,
        direction,
        reason,
        admin_id: adminId,
        needs_four_eyes: needsFourEyes,
        created_at: createdAt.toString(),
      })
      .execute();
  }

  /** Waits for another decision that is under way. Returns false if the adjustment is decided already. */
  async function insertDecision(trx: Trx, id: string, decision: AdjustmentDecision): Promise<boolean> {
    const { verdict, decidedBy, reason, decidedAt } = decision;
    const inserted = await trx
      .insertInto('adjustment_decisions')
      .values({
        adjustment_id: id,
        verdict,
        decided_by: decidedBy,
        reason,
        decided_at: decidedAt.toString(),
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('adjustment_id')
      .executeTakeFirst();
    return inserted !== undefined;
  }

  /** Finds up to `limit` adjustments without a decision that were made until then, oldest first. */
  async function findUndecided(db: Db, until: Temporal.Instant, limit: number): Promise<Adjustment[]> {
    const rows = await db
      .selectFrom('adjustments')
      .select(COLUMNS)
      .where(IS_UNDECIDED)
      .where('created_at', '<=', sql<Temporal.Instant>`${until.toString()}::timestamptz`)
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map((row) => toAdjustment(row, null));
  }

  async function find(db: Db, id: string): Promise<Adjustment | undefined> {
    const row = await db.selectFrom('adjustments').select(COLUMNS).where('id', '=', id).executeTakeFirst();
    if (row === undefined) return undefined;
    const [adjustment] = await withDecisions(db, [row]);
    return adjustment;
  }

  /** Newest first. The cursor is the id. */
  async function list(
    db: Db,
    { statuses, userIds }: AdjustmentFilter,
    page: PageRequest,
  ): Promise<PageOf<Adjustment>> {
    const { where } = anyValueOf('user_id', 'uuid', userIds, { isIndexed: false });
    const byStatus = (statuses ?? []).map((status) => sql`(${HAS_STATUS[status]})`);
    const conditions =
      byStatus.length === 0 ? where : [...where, sql<SqlBool>`(${sql.join(byStatus, sql` or `)})`];
    const onlyGrows = statuses?.includes('awaiting_approval') !== true;
    const list = {
      table: 'adjustments',
      columns: COLUMNS,
      where: conditions,
      hasIndex: false,
      onlyGrows,
    } as const;
    const found = await pageNewestFirst<AdjustmentRow, AdjustmentRow>(db, list, (row) => row, page);
    return { ...found, items: await withDecisions(db, found.items) };
  }

  async function withDecisions(db: Db, rows: readonly AdjustmentRow[]): Promise<Adjustment[]> {
    const ids = rows.flatMap(({ id, needs_four_eyes: needsFourEyes }) => (needsFourEyes ? [id] : []));
    const decisions =
      ids.length === 0
        ? []
        : await db
            .selectFrom('adjustment_decisions')
            .selectAll()
            .where('adjustment_id', '=', anyOf(ids))
            .execute();
    const decisionOf = new Map(
      decisions.map((row) => [
        row.adjustment_id,
        { verdict: row.verdict, decidedBy: row.decided_by, reason: row.reason, decidedAt: row.decided_at },
      ]),
    );
    return rows.map((row) => toAdjustment(row, decisionOf.get(row.id) ?? null));
  }

  return { insert, insertDecision, findUndecided, find, list };
}

function toAdjustment(row: AdjustmentRow, decision: AdjustmentDecision | null): Adjustment {
  return {
    id: row.id,
    userId: row.user_id,
    amount: moneyFromNumeric(row.amount, row.currency),
    currency: row.currency,
    direction: row.direction,
    reason: row.reason,
    adminId: row.admin_id,
    needsFourEyes: row.needs_four_eyes,
    createdAt: row.created_at,
    decision,
  };
}
