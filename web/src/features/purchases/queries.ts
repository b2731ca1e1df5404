import { queryOptions } from '@tanstack/react-query';
import { api, day, defineFilters, type FiltersOf, listQuery, manyOf, text, yesNo } from '#app/page-kit.ts';

export const STATES = ['pending', 'held', 'overdue', 'confirmed', 'reversed', 'settled'] as const;
export type State = (typeof STATES)[number];

/** What each choice of the list asks of the API. */
const ASKED = {
  pending: { status: ['pending'] },
  held: { held: true },
  overdue: { overdue: true },
  confirmed: { status: ['confirmed'] },
  reversed: { status: ['reversed'] },
  settled: { status: ['confirmed', 'reversed'] },
} as const;

export const purchaseFilters = defineFilters({
  status: manyOf('pending', 'confirmed', 'reversed'),
  held: yesNo,
  overdue: yesNo,
  external_id: text,
  merchant_id: text,
  user_id: text,
  partner_id: text,
  start_date: day,
  end_date: day,
});

export type PurchaseFilters = FiltersOf<typeof purchaseFilters>;

const LISTS = ['purchases', 'list'] as const;

export const purchasesQuery = (filters: PurchaseFilters, limit?: number) => {
  const { external_id, merchant_id, user_id, partner_id, offset: _, ...others } = filters;
  const query = {
    ...others,
    limit,
    external_id: one(external_id),
    merchant_id: one(merchant_id),
    user_id: one(user_id),
    partner_id: one(partner_id),
  };
  return listQuery([...LISTS, query], ({ signal }) => api.get('/purchases', { params: { query }, signal }));
};

/** The choice that the filters of the URL stand for. Undefined: all states. */
export function stateOf({ status, held, overdue }: PurchaseFilters): State | undefined {
  if (held) return 'held';
  if (overdue) return 'overdue';
  if (status === undefined || status.length === 3) return undefined;
  return status.length === 2 ? 'settled' : status[0];
}

/** The filters of a choice, for the URL. */
export function filtersOf(state: State | undefined): Pick<PurchaseFilters, 'status' | 'held' | 'overdue'> {
  return { status: undefined, held: undefined, overdue: undefined, ...(state && ASKED[state]) } as Pick<
    PurchaseFilters,
    'status' | 'held' | 'overdue'
  >;
}

/** The API takes several values of a filter; the URL has one. */
function one<Value>(value: Value | undefined): Value[] | undefined {
  return value === undefined ? undefined : [value];
}

/** Everything that is known of a purchase, in one read. */
export const timelineQuery = (id: string) =>
  queryOptions({
    queryKey: ['purchases', 'timeline', id],
    queryFn: ({ signal }) => api.get('/purchases/{id}/timeline', { params: { path: { id } }, signal }),
  });
