type Page = {
  readonly data: readonly unknown[];
  readonly pagination?: {
    readonly offset?: number;
    readonly total?: number;
    readonly next_cursor?: string | null;
  };
  /** Of the feed of events, which has a cursor at its end too. */
  readonly cursor?: string;
  readonly has_more?: boolean;
};

type Query = Readonly<Record<string, unknown>>;

const LARGEST_PAGE = 100;

/** The items of all pages up to the present end. Each page is read when it is needed, by cursor where the list has one. */
export async function* itemsOf(
  read: (query: Query) => Promise<Page>,
  filters: Query = {},
): AsyncGenerator<unknown, void, undefined> {
  let query: Query = { limit: LARGEST_PAGE, ...filters };
  while (true) {
    const page = await read(query);
    yield* page.data;
    const next = positionAfter(page);
    if (next === undefined) return;
    const { offset: _, ...rest } = query;
    query = { ...rest, ...next };
  }
}

function positionAfter({ data, pagination = {}, cursor, has_more }: Page): Query | undefined {
  if (cursor !== undefined) return has_more ? { cursor } : undefined;
  const { offset = 0, total = 0, next_cursor: next } = pagination;
  if (data.length === 0 || next === null) return undefined;
  if (next !== undefined) return { cursor: next };
  return offset + data.length < total ? { offset: offset + data.length } : undefined;
}
