import { type RawBuilder, type SelectType, sql } from 'kysely';
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

/** Escapes a text, so that `like` matches it literally. */
export function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}
