/** The total of a large list is counted up to this number. More would cost more than the page itself. */
export const COUNTED_ROWS = 10_000;

/** A part of a list: up to `limit` rows after `offset`, or after the key `after` if the list has cursors. */
export type PageRequest = {
  readonly offset: number;
  readonly limit: number;
  readonly after?: string;
  /** The other order, for lists that have it. They are newest first by default. */
  readonly oldestFirst?: boolean;
};

export type PageOf<Item> = {
  readonly items: readonly Item[];
  /** The number of items in the whole list. */
  readonly total: number;
  /** True if `total` is an estimate, because counting would cost more than the page. */
  readonly totalIsEstimate?: boolean;
  /** The key of the last item if more items follow, otherwise null. */
  readonly nextKey: string | null;
};

/** Builds a page from rows that were selected with `limit + 1`. The extra row shows whether more follow. */
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
