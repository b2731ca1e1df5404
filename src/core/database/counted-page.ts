import { type SelectQueryBuilder, sql } from 'kysely';
import { type PageOf, type PageRequest, pageOf } from '../page.ts';

/**
 * One page of a list that is small enough to be counted.
 * @param matching the query without columns and order, which is counted.
 * @param ordered adds the columns and the order.
 */
export async function pageCounted<
  Tables,
  Names extends keyof Tables,
  Row,
  Item extends { readonly id: string },
>(
  matching: SelectQueryBuilder<Tables, Names, object>,
  ordered: (query: SelectQueryBuilder<Tables, Names, object>) => SelectQueryBuilder<Tables, Names, Row>,
  toItem: (row: Row) => Item,
  page: PageRequest,
): Promise<PageOf<Item>> {
  const counted = await matching.select(sql<number>`count(*)::int`.as('total')).executeTakeFirstOrThrow();
  const { total } = counted as { readonly total: number };
  const rows = await ordered(matching)
    .offset(page.offset)
    .limit(page.limit + 1)
    .execute();
  return pageOf(
    rows.map((row) => toItem(row as Row)),
    total,
    page,
    ({ id }) => id,
  );
}
