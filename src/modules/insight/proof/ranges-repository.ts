import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../../../core/database/index.ts';
import type { IdRange } from './model.ts';

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Splits all possible ids of wallets into ranges with about `rowsPerRange` entries each. */
export function rangesOfWallets(db: Db, rowsPerRange: number): AsyncGenerator<IdRange> {
  return ranges(db, rowsPerRange, [
    ['wallets', 'id'],
    ['wallet_entries', 'wallet_id'],
  ]);
}

/** Splits all possible ids of sources into ranges with about `rowsPerRange` entries and records each. */
export function rangesOfSources(db: Db, rowsPerRange: number): AsyncGenerator<IdRange> {
  return ranges(db, rowsPerRange, [
    ['purchases', 'id'],
    ['wallet_entries', 'source_id'],
    ['audit_logs', 'resource_id'],
  ]);
}

type Column = readonly [table: string, column: string];

/** Each column has an index, so skipping the rows of a range reads only that index. */
async function* ranges(db: Db, rowsPerRange: number, columns: readonly Column[]): AsyncGenerator<IdRange> {
  let from: string | undefined = FIRST_ID;
  while (from !== undefined) {
    const to = await nextBoundary(db, from, rowsPerRange, columns);
    yield { from, to };
    from = to;
  }
}

async function nextBoundary(
  db: Db,
  from: string,
  rowsPerRange: number,
  columns: readonly Column[],
): Promise<string | undefined> {
  const boundaries = columns.map(
    ([table, column]) => sql`(
      select ${sql.ref(column)} from ${sql.table(table)}
      where ${sql.ref(column)} > ${from}
      order by ${sql.ref(column)}
      offset ${rowsPerRange} limit 1
    )`,
  );
  const { rows } = await sql<{ boundary: string | null }>`
    select least(${sql.join(boundaries)}) as boundary
  `.execute(db);
  return rows[0]?.boundary ?? undefined;
}

export function within(column: string, { from, to }: IdRange): RawBuilder<boolean> {
  const id = sql.ref(column);
  return to === undefined ? sql`${id} >= ${from}` : sql`(${id} >= ${from} and ${id} < ${to})`;
}
