/** The total of a large list is counted up to this number. More would cost more than the page itself. */
export const COUNTED_ROWS = 10_000;

/** A part of a list: up to `limit` rows after `offset`, or after the key `after` where the list has cursors. */
export type PageRequest = { readonly offset: number; readonly limit: number; readonly after?: string };

export type PageOf<Item> = {
  readonly items: readonly Item[];
  /** How many items the whole list has. */
  readonly total: number;
  /** True where counting them would cost more than the page. */
  readonly totalIsEstimate?: boolean;
  /** The key of the last item, when more follow it. */
  readonly nextKey: string | null;
};

/** Cuts a page from rows that were selected with `limit + 1`: the extra one shows whether more follow. */
export function pageOf<Item>(
  rows: readonly Item[],
  total: number,
  page: PageRequest,
  keyOf: (item: Item) => string,
): PageOf<Item> {
  const items = rows.slice(0, page.limit);
  const last = items.at(-1);
  return { items, total, nextKey: rows.length > page.limit && last !== undefined ? keyOf(last) : null };
}
