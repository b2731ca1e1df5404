import type { Trx } from './transaction.ts';

/** A column of many rows: its type in PostgreSQL, and its value in a row. */
type Column<Row, Context> = readonly [type: string, value: (row: Row, context: Context) => unknown];

type Columns<Row, Context> = Readonly<Record<string, Column<Row, Context>>>;

/** Queues one statement for all rows; none for an empty list. `context` is what all of them share, such as the time. */
type Bulk<Row, Context> = (trx: Trx, rows: readonly Row[], context: Context) => void;

/**
 * Inserts many rows by one statement, whose text is made once. Each column travels as one array.
 * @param tail follows the SELECT: `order by …`, `on conflict …`.
 */
export function bulkInsert<Row, Context = void>(
  table: string,
  columns: Columns<Row, Context>,
  tail = '',
): Bulk<Row, Context> {
  return bulk(
    columns,
    `insert into ${table} (${Object.keys(columns).join(', ')}) select ${arraysOf(columns)} ${tail}`,
  );
}

/**
 * Updates many rows by one statement, whose text is made once.
 * @param key the columns that find the row; all others are set.
 * @param more `set`: further assignments; `where`: a further condition. The new values are `given.<column>`.
 */
export function bulkUpdate<Row, Context = void>(
  table: string,
  key: readonly string[],
  columns: Columns<Row, Context>,
  more: { readonly set?: string; readonly where?: string } = {},
): Bulk<Row, Context> {
  const assigned = Object.keys(columns).filter((name) => !key.includes(name));
  const assignments = [...assigned.map((name) => `${name} = given.${name}`), more.set ?? []].flat();
  const conditions = [...key.map((name) => `${table}.${name} = given.${name}`), more.where ?? []].flat();
  return bulk(
    columns,
    `update ${table} set ${assignments.join(', ')} ` +
      `from (select ${arraysOf(columns)}) as given where ${conditions.join(' and ')}`,
  );
}

/** `select unnest(…), unnest(…)` is faster than `from unnest(…, …)`, which stores each column. */
function arraysOf<Row, Context>(columns: Columns<Row, Context>): string {
  return Object.entries(columns)
    .map(([name, [type]], index) => `unnest($${index + 1}::${type}[]) as ${name}`)
    .join(', ');
}

function bulk<Row, Context>(columns: Columns<Row, Context>, text: string): Bulk<Row, Context> {
  const readers = Object.values(columns).map(([, read]) => read);
  return ({ session }, rows, context) => {
    if (rows.length === 0) return;
    session.write(
      text,
      readers.map((read) => rows.map((row) => read(row, context))),
    );
  };
}
