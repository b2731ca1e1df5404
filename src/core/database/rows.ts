import { type RawBuilder, type SelectType, sql } from 'kysely';
import type { Trx } from './index.ts';
import type { DB } from './schema.generated.ts';

/** A row as it is read, with these columns. Defaults to all columns. */
export type RowOf<
  Table extends keyof DB,
  Columns extends readonly (keyof DB[Table])[] = readonly (keyof DB[Table])[],
> = { readonly [Column in Columns[number]]: SelectType<DB[Table][Column]> };

/** For `where('id', '=', anyOf(ids))`: one parameter, and one SQL text for any number of ids. */
export function anyOf(ids: readonly string[]): RawBuilder<string> {
  return sql`any(${ids}::uuid[])`;
}

type TableWithActive = { [Table in keyof DB]: 'active' extends keyof DB[Table] ? Table : never }[keyof DB];

/** Locks active rows against changes until the transaction ends, in the order of their ids. Returns the ids of those found. */
export function activeRowsLock(table: TableWithActive) {
  return async (trx: Trx, ids: readonly string[]): Promise<string[]> => {
    const { rows } = await sql<{ id: string }>`
      select id from ${sql.table(table)} where id = any(${ids}::uuid[]) and active order by id for share
    `.execute(trx);
    return rows.map(({ id }) => id);
  };
}
