type Page = {
  readonly data: readonly unknown[];
  readonly pagination?: {
    readonly offset?: number;
    readonly total?: number;
    readonly next_cursor?: string | null;
  };
};

type Query = Readonly<Record<string, unknown>>;

const LARGEST_PAGE = 100;

/** The items of all pages, each page read when it is needed: by cursor where the list has one, otherwise by offset. */
export async function* itemsOf(
  read: (query: Query) => Promise<Page>,
  filters: Query = {},
): AsyncGenerator<unknown, void, undefined> {
  let query: Query = { limit: LARGEST_PAGE, ...filters };
  while (true) {
    const { data, pagination = {} } = await read(query);
    yield* data;
    const next = positionAfter(data.length, pagination);
    if (next === undefined) return;
    const { offset: _, ...rest } = query;
    query = { ...rest, ...next };
  }
}

function positionAfter(
  length: number,
  { offset = 0, total = 0, next_cursor: cursor }: NonNullable<Page['pagination']>,
): Query | undefined {
  if (length === 0) return undefined;
  if (cursor !== undefined) return cursor === null ? undefined : { cursor };
  return offset + length < total ? { offset: offset + length } : undefined;
}
