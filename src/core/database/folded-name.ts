import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { foldName } from '../fold-name.ts';
import { escapeLike } from './rows.ts';

/** For an update of `name`: its folded form. A name that stays keeps its own, which may differ (migration 0033). */
export function foldedUnlessKept(name: string): RawBuilder<string> {
  return sql<string>`case when name = ${name} then name_folded else ${foldName(name)} end`;
}

/** The rows whose name excludes this one. */
export function hasNameLike(name: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`(name_folded = ${foldName(name)} or name = ${name})`;
}

/** The rows whose name contains this text, compared by `foldName`. */
export function nameContains(text: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`name_folded like ${`%${escapeLike(foldName(text))}%`}`;
}
