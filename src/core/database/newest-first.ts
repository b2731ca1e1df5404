import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely';
import { firstIdAt } from '../id.ts';
import { distinct } from '../lists.ts';
import { COUNTED_ROWS, type PageOf, type PageRequest, pageOf } from '../page.ts';
import type { Db } from './index.ts';
import type { DB } from './schema.generated.ts';

export type NewestFirst = {
  readonly table: keyof DB;
  readonly columns: readonly string[];
  readonly where: readonly RawBuilder<SqlBool>[];
  /**
   * True if `where` has conditions on more than ids, and an index of its own gives the order. Such an index orders ids
   * "nulls first", so the planner cannot choose the primary key and scan it for rows that may be far away.
   */
  readonly hasIndex: boolean;
  /** True if no row ever leaves the list. Once it exceeds what is counted, it is not counted again. */
  readonly onlyGrows: boolean;
  /** For columns of the index before the id with more than one value: the list merges the index's order of each value. */
  readonly merges?: readonly Merge[];
};

export type Merge = {
  /** The values, as an item of FROM. Without duplicates. */
  readonly each: RawBuilder<unknown>;
  /** Selects the rows of one value. */
  readonly where: RawBuilder<SqlBool>;
  /** Selects the rows of all values. Undefined if these are all rows. */
  readonly all?: RawBuilder<SqlBool>;
};

/** The rows of a large list as SELECTs. `atMost`: up to `limit` rows in any order; `all`: every row. */
export type CountedList = {
  readonly atMost: (limit: number) => Expression<unknown>;
  readonly all: Expression<unknown>;
  readonly onlyGrows: boolean;
};

type Total = Pick<PageOf<unknown>, 'total' | 'totalIsEstimate'>;

/**
 * One page of a large list, the highest id first unless the page says otherwise; the cursor is the id. A cursor costs the same at any depth; an offset
 * costs the keys that it skips.
 */
export async function pageNewestFirst<Row extends { readonly id: string }, Item>(
  db: Db,
  list: NewestFirst,
  toItem: (row: Row) => Item,
  page: PageRequest,
  countedRows = COUNTED_ROWS,
): Promise<PageOf<Item>> {
  const direction = page.oldestFirst ? OLDEST_FIRST : NEWEST_FIRST;
  const fromCursor = page.after === undefined ? [] : [sql<SqlBool>`id ${direction.beyond} ${page.after}`];
  const { rows } = await rowsOf<Row>(
    { ...list, direction, where: [...list.where, ...fromCursor] },
    page.limit + 1,
    page.offset,
  ).execute(db);
  const counted = await totalOf(db, countedList(list), rows, page, countedRows);
  const { items, nextKey } = pageOf(rows, counted.total, page, ({ id }) => id);
  return { items: items.map(toItem), nextKey, ...counted };
}

/** What a filter selects. */
export type Chosen = { readonly where: readonly RawBuilder<SqlBool>[]; readonly merges: readonly Merge[] };

/**
 * Selects the rows whose column has one of the values; all rows if there are none. One value is a condition. Several values
 * are merged if they are a part of the list's index, otherwise each row is compared.
 * @param type of the column in PostgreSQL, such as `uuid`.
 */
export function anyValueOf(
  column: string | RawBuilder<unknown>,
  type: string,
  values: readonly string[] | undefined,
  { isIndexed = true } = {},
): Chosen {
  if (values === undefined) return NOTHING_CHOSEN;
  const chosen = typeof column === 'string' ? sql.ref(column) : column;
  const [first, ...others] = distinct(values);
  if (others.length === 0) return { where: [sql`${chosen} = ${first}`], merges: [] };
  const list = sql`${[first, ...others]}::${sql.raw(type)}[]`;
  const all = sql<SqlBool>`${chosen} = any (${list})`;
  if (!isIndexed) return { where: [all], merges: [] };
  const alias = sql.ref(`each_${typeof column === 'string' ? column : 'value'}`);
  return {
    where: [],
    merges: [{ each: sql`unnest(${list}) as ${alias} (value)`, where: sql`${chosen} = ${alias}.value`, all }],
  };
}

const NOTHING_CHOSEN: Chosen = { where: [], merges: [] };

/** All of the choices at once. */
export function allOf(...choices: readonly Chosen[]): Chosen {
  return {
    where: choices.flatMap(({ where }) => where),
    merges: choices.flatMap(({ merges }) => merges),
  };
}

/** Conditions for the ids of these seconds, both included: the API shows no smaller unit. */
export function withinSeconds(from: string | undefined, to: string | undefined): RawBuilder<SqlBool>[] {
  const where: RawBuilder<SqlBool>[] = [];
  if (from !== undefined) where.push(sql`id >= ${firstIdAt(Temporal.Instant.from(from))}`);
  if (to !== undefined) where.push(sql`id < ${firstIdAt(Temporal.Instant.from(to).add({ seconds: 1 }))}`);
  return where;
}

/** `indexed` is the same order for the planner, by an index that orders ids "nulls first". */
type Direction = {
  readonly order: RawBuilder<unknown>;
  readonly indexed: RawBuilder<unknown>;
  /** Compares an id with that of the cursor. */
  readonly beyond: RawBuilder<unknown>;
};

const NEWEST_FIRST: Direction = { order: sql`desc`, indexed: sql`desc nulls last`, beyond: sql`<` };
const OLDEST_FIRST: Direction = { order: sql`asc`, indexed: sql`asc nulls first`, beyond: sql`>` };

type OrderedList = NewestFirst & { readonly direction: Direction };

/** The first rows by id, `limit` of them after the first `offset`. */
function rowsOf<Row>(list: OrderedList, limit: number, offset: number): RawBuilder<Row> {
  const columns = sql.join(list.columns.map((column) => sql.ref(column)));
  const { order } = list.direction;
  if (!list.hasIndex && offset === 0) return sql`${first(columns, list, limit)}`;
  // Merges, filters and skips in the index alone, and reads only the rows of the page.
  const ids =
    mergesOf(list).length === 0
      ? first(ID, list, limit, offset)
      : sql`${eachOf(list, offset + limit)} order by id ${order} limit ${limit} offset ${offset}`;
  return sql`select ${columns} from ${sql.table(list.table)} where id in (${ids}) order by id ${order}`;
}

const ID = sql`id`;

function first(
  columns: RawBuilder<unknown>,
  { table, where, hasIndex, direction }: OrderedList,
  limit: number,
  offset = 0,
) {
  return sql`
    select ${columns} from ${sql.table(table)}
    where ${sql.join([sql<SqlBool>`true`, ...where], sql` and `)}
    order by id ${hasIndex ? direction.indexed : direction.order}
    limit ${limit} offset ${offset}
  `;
}

/** The first ids of each order that is merged, `limit` of each. */
function eachOf(list: OrderedList, limit: number) {
  const merges = mergesOf(list);
  const one = first(ID, { ...list, where: [...list.where, ...merges.map(({ where }) => where)] }, limit);
  const combinations = sql.join(
    merges.map(({ each }) => each),
    sql` cross join `,
  );
  return sql`select id from ${combinations} cross join lateral (${one}) as one`;
}

function mergesOf({ merges = [] }: NewestFirst): readonly Merge[] {
  return merges;
}

function countedList(unordered: NewestFirst): CountedList {
  const list = { ...unordered, direction: NEWEST_FIRST };
  const { table, onlyGrows } = list;
  const merges = mergesOf(list);
  const where = [...list.where, ...merges.flatMap(({ all }) => all ?? [])];
  return {
    onlyGrows,
    // Not merged: the count does not depend on which rows it reads.
    atMost: (limit) =>
      merges.length === 0 ? first(ID, list, limit) : sql`${eachOf(list, limit)} limit ${limit}`,
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
async function countRows(db: Db, list: CountedList, countedRows: number): Promise<Total> {
  const large = list.onlyGrows ? largeListsOf(db) : undefined;
  const { sql: text, parameters } = sql`${list.all}`.compile(db);
  const key = JSON.stringify([countedRows, text, parameters]);
  const known = large?.get(key);
  if (known !== undefined && performance.now() - known.estimatedAt_ms < ESTIMATE_TTL_MS) return known.total;

  if (known === undefined) {
    const counted = await sql<{ rows: number }>`
      select count(*)::int as rows from (${list.atMost(countedRows + 1)}) as found
    `.execute(db);
    const rows = counted.rows[0]?.rows ?? 0;
    if (rows <= countedRows) return { total: rows };
  }
  const estimatedAt_ms = performance.now();
  const { rows: plans } = await sql<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>`
    explain (format json) ${list.all}
  `.execute(db);
  const expected = plans[0]?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0;
  const total = { total: Math.max(expected, countedRows + 1), totalIsEstimate: true };
  if (large?.size === MOST_LARGE_LISTS) large.clear();
  large?.set(key, { total, estimatedAt_ms });
  return total;
}

/** Statistics change more rarely than this. */
const ESTIMATE_TTL_MS = 10_000;
const MOST_LARGE_LISTS = 1_000;

type LargeList = { readonly total: Total; readonly estimatedAt_ms: number };

/** By database: the lists that exceed what is counted, by SQL and parameters. */
const largeLists = new WeakMap<Db, Map<string, LargeList>>();

function largeListsOf(db: Db): Map<string, LargeList> {
  const known = largeLists.get(db) ?? new Map<string, LargeList>();
  largeLists.set(db, known);
  return known;
}
