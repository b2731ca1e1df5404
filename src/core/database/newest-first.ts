import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely';
import { COUNTED_ROWS, type PageOf, type PageRequest, pageOf } from '../page.ts';
import type { Db } from './index.ts';
import type { DB } from './schema.generated.ts';

export type NewestFirst = {
  readonly table: keyof DB;
  readonly columns: readonly string[];
  readonly where: readonly RawBuilder<SqlBool>[];
  /**
   * True where `where` names more than ids, so that an index of its own gives the order. These have their ids "nulls
   * first", which the primary key cannot be taken for: it would be walked in search of rows that may be far away.
   */
  readonly hasIndex: boolean;
  /**
   * For an index with other columns between those of `where` and the id: all values of these columns. The list merges the
   * index's order of each value. Must not omit a row that `where` finds.
   */
  readonly merge?: Merge | undefined;
};

type Merge = { readonly each: RawBuilder<unknown>; readonly where: RawBuilder<SqlBool> };

/** The rows of a large list as SELECTs. `atMost`: up to `limit` rows in any order; `all`: every row. */
export type CountedList = {
  readonly atMost: (limit: number) => Expression<unknown>;
  readonly all: Expression<unknown>;
};

type Total = Pick<PageOf<unknown>, 'total' | 'totalIsEstimate'>;

/**
 * One page of a large list, the highest id first; the cursor is the id. Reads ids from the index alone, then only the
 * rows of the page. A cursor costs the same at any depth; an offset costs the rows that it skips.
 */
export async function pageNewestFirst<Row extends { readonly id: string }>(
  db: Db,
  list: NewestFirst,
  page: PageRequest,
  countedRows = COUNTED_ROWS,
): Promise<PageOf<Row>> {
  const fromCursor = page.after === undefined ? [] : [sql<SqlBool>`id < ${page.after}`];
  const { rows } = await sql<Row>`
    select ${sql.join(list.columns.map((column) => sql.ref(column)))}
    from ${sql.table(list.table)}
    where id in (
      ${idsOf({ ...list, where: [...list.where, ...fromCursor] }, page.limit + 1, page.offset)}
    )
    order by id desc
  `.execute(db);
  const counted = await totalOf(db, countedList(list), rows, page, countedRows);
  return { ...pageOf(rows, counted.total, page, ({ id }) => id), ...counted };
}

/** The highest ids of the list, `limit` of them after the first `offset`. */
function idsOf(list: NewestFirst, limit: number, offset: number) {
  if (list.merge === undefined) return highestIds(list, limit, offset);
  return sql`
    ${eachOf(list, list.merge, offset + limit)}
    order by id desc
    limit ${limit} offset ${offset}
  `;
}

function highestIds({ table, where, hasIndex }: NewestFirst, limit: number, offset = 0) {
  return sql`
    select id from ${sql.table(table)}
    where ${sql.join([sql<SqlBool>`true`, ...where], sql` and `)}
    order by id desc ${hasIndex ? sql`nulls last` : sql``}
    limit ${limit} offset ${offset}
  `;
}

/** The highest ids of each order that is merged, `limit` of each. */
function eachOf(list: NewestFirst, merge: Merge, limit: number) {
  const one = highestIds({ ...list, where: [...list.where, merge.where] }, limit);
  return sql`select id from ${merge.each} cross join lateral (${one}) as one`;
}

function countedList(list: NewestFirst): CountedList {
  const { table, where, merge } = list;
  return {
    // Not merged: the count does not depend on which rows it reads.
    atMost: (limit) =>
      merge === undefined ? highestIds(list, limit) : sql`${eachOf(list, merge, limit)} limit ${limit}`,
    all: sql`select from ${sql.table(table)} where ${sql.join([sql<SqlBool>`true`, ...where], sql` and `)}`,
  };
}

/** The total of a list whose page was read with `limit + 1` rows, as for `pageOf`. Never below their number. */
export async function totalOf(
  db: Db,
  list: CountedList,
  rows: readonly unknown[],
  page: PageRequest,
  countedRows = COUNTED_ROWS,
): Promise<Total> {
  // The page itself may already show the exact total.
  const seen = rows.length === 0 ? 0 : page.offset + rows.length;
  const endsHere = page.after === undefined && rows.length <= page.limit && page.offset <= seen;
  if (endsHere) return { total: seen };
  const counted = await countRows(db, list, countedRows);
  return { ...counted, total: Math.max(counted.total, seen) };
}

/** Exact as far as rows are counted; beyond that what the planner expects, from the statistics that ANALYZE keeps. */
async function countRows(db: Db, { atMost, all }: CountedList, countedRows: number): Promise<Total> {
  const counted = await sql<{ rows: number }>`
    select count(*)::int as rows from (${atMost(countedRows + 1)}) as found
  `.execute(db);
  const rows = counted.rows[0]?.rows ?? 0;
  if (rows <= countedRows) return { total: rows };
  const { rows: plans } = await sql<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>`
    explain (format json) ${all}
  `.execute(db);
  const expected = plans[0]?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0;
  return { total: Math.max(expected, rows), totalIsEstimate: true };
}
