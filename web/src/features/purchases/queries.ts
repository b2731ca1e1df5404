import { queryOptions } from '@tanstack/react-query';
import { api, day, defineFilters, type FiltersOf, listQuery, oneOf, text } from '#app/page-kit.ts';

export const STATES = ['pending', 'held', 'confirmed', 'reversed'] as const;

/** The URL says `state=held`; the API has `held` beside the status. */
export const purchaseFilters = defineFilters({
  state: oneOf(...STATES),
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
  const { state, external_id, merchant_id, user_id, partner_id, start_date, end_date, cursor } = filters;
  const query = {
    cursor,
    limit,
    start_date,
    end_date,
    external_id: one(external_id),
    merchant_id: one(merchant_id),
    user_id: one(user_id),
    partner_id: one(partner_id),
    ...(state === 'held' ? { held: true } : { status: one(state) }),
  };
  return listQuery([...LISTS, query], ({ signal }) => api.get('/purchases', { params: { query }, signal }));
};

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
