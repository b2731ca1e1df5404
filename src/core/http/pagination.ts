import Type, { type TSchema } from 'typebox';
import { validationError } from '../errors.ts';
import { COUNTED_ROWS, type PageOf, type PageRequest } from '../page.ts';
import { Input } from './schemas.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

const pageProperties = {
  offset: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 1_000_000_000,
      default: 0,
      description: 'The number of items to skip. Defaults to 0.',
    }),
  ),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: MAX_LIMIT,
      default: DEFAULT_LIMIT,
      description: `The number of items to return. Defaults to ${DEFAULT_LIMIT}.`,
    }),
  ),
};

/** Pairs of filters: in `{ from: 'to' }`, `to` must not be before `from`. */
type Ranges = Readonly<Record<string, string>>;

/** The query of a list, with the filters of that list. */
export function PageQuery<Filters extends Record<string, TSchema>>(filters: Filters, ranges: Ranges = {}) {
  return Input({ ...pageProperties, ...filters }, { ranges });
}

/** The query of a large list. A page by cursor costs the same at any depth. */
export function CursorQuery<Filters extends Record<string, TSchema>>(filters: Filters, ranges: Ranges = {}) {
  const properties = {
    ...pageProperties,
    cursor: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_-]{1,128}$',
        mustBe: 'a next_cursor of this list',
        description:
          'The `next_cursor` of the previous page. With it, `offset` has no effect. A cursor costs the same at any ' +
          'depth. An `offset` costs what it skips: one of millions may return 503.',
      }),
    ),
    ...filters,
  };
  return Input(properties, { ranges });
}

/** For lists of work: what waits longest comes first. */
export const Order = Type.Optional(
  Type.Enum(['newest', 'oldest'], {
    description: 'Which items come first. Defaults to `newest`. A `cursor` continues in this order.',
    examples: ['oldest'],
  }),
);

/** The most values of a filter. */
const MAX_VALUES = 20;

/** A filter that takes several values, as a repeated parameter: `status=pending&status=confirmed`. */
export function Several<Value extends TSchema>(value: Value, description?: string) {
  const options = { maxItems: MAX_VALUES, ...(description !== undefined && { description }) };
  return Type.Optional(Type.Array(value, options));
}

export const Pagination = Type.Object({
  offset: Type.Integer(),
  limit: Type.Integer(),
  total: Type.Integer(),
});

export const CursorPagination = Type.Object({
  offset: Type.Integer(),
  limit: Type.Integer(),
  total: Type.Integer({
    description: `The number of matching items. Exact up to ${COUNTED_ROWS}, and on the last page by offset.`,
  }),
  total_is_estimate: Type.Optional(Type.Literal(true, { description: 'Present if `total` is an estimate.' })),
  next_cursor: Type.Union([Type.String(), Type.Null()], {
    description: 'The cursor of the next page. Null on the last page.',
  }),
});

export function Page<Item extends TSchema>(item: Item) {
  return Type.Object({ data: Type.Array(item), pagination: Pagination });
}

export function CursorPage<Item extends TSchema>(item: Item) {
  return Type.Object({ data: Type.Array(item), pagination: CursorPagination });
}

type PageParameters = { offset?: number; limit?: number; cursor?: string; order?: 'newest' | 'oldest' };

/** @throws VALIDATION_ERROR if the cursor does not contain a key of the list, as `isKey` decides. */
export function readPage(query: PageParameters, isKey: (key: string) => boolean = () => true): PageRequest {
  const { offset = 0, limit = DEFAULT_LIMIT } = query;
  const order = query.order === 'oldest' ? { oldestFirst: true } : {};
  if (query.cursor === undefined) return { offset, limit, ...order };
  const after = Buffer.from(query.cursor, 'base64url').toString('utf8');
  if (!isKey(after)) {
    throw validationError({
      violations: [{ field: 'cursor', reason: 'must be a next_cursor of this list' }],
    });
  }
  return { offset: 0, limit, after, ...order };
}

export function presentPage<Item, Body>(
  query: PageParameters,
  page: PageOf<Item>,
  present: (item: Item) => Body,
) {
  return {
    data: page.items.map(present),
    pagination: { ...presentPosition(query), total: page.total },
  };
}

export function presentCursorPage<Item, Body>(
  query: PageParameters,
  page: PageOf<Item>,
  present: (item: Item) => Body,
) {
  const nextCursor = page.nextKey === null ? null : Buffer.from(page.nextKey).toString('base64url');
  return {
    data: page.items.map(present),
    pagination: {
      ...presentPosition(query),
      total: page.total,
      ...(page.totalIsEstimate && { total_is_estimate: true as const }),
      next_cursor: nextCursor,
    },
  };
}

function presentPosition({ offset = 0, limit = DEFAULT_LIMIT }: PageParameters) {
  return { offset, limit };
}
