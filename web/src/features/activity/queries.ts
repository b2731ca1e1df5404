import { queryOptions } from '@tanstack/react-query';
import type { Answer } from '#app/client.ts';
import { api, defineFilters, type FiltersOf, listQuery, manyOf, oneOf, text } from '#app/page-kit.ts';
import { daysOfMonth } from '#lib/dates.ts';

export type OwnPurchase = Answer<'/users/me/purchases', 'get'>['data'][number];
export type OwnPurchaseDetail = Answer<'/users/me/purchases/{id}', 'get'>;
export type Movement = Answer<'/users/me/wallet/transactions', 'get'>['data'][number];

export const STATES = ['pending', 'confirmed', 'reversed'] as const;

/** The search of the page: which list it shows, and its filters. */
export const activityFilters = defineFilters({
  kind: oneOf('withdrawals', 'movements'),
  status: manyOf(...STATES),
  month: text,
  merchant_id: text,
  currency: text,
});
export type ActivityFilters = FiltersOf<typeof activityFilters>;

export const purchasesQuery = ({
  status,
  month,
  merchant_id: merchantId,
  cursor,
  limit,
}: ActivityFilters & { readonly limit?: number }) =>
  listQuery(['own-purchases', { status, month, merchantId, cursor, limit }], ({ signal }) =>
    api.get('/users/me/purchases', {
      params: {
        query: {
          ...(status && { status }),
          ...(month && daysOfMonth(month)),
          ...(merchantId && { merchant_id: [merchantId] }),
          ...(cursor && { cursor }),
          ...(limit && { limit }),
        },
      },
      signal,
    }),
  );

export const purchaseQuery = (id: string) =>
  queryOptions({
    queryKey: ['own-purchase', id],
    queryFn: ({ signal }) => api.get('/users/me/purchases/{id}', { params: { path: { id } }, signal }),
  });

export const movementsQuery = ({
  month,
  cursor,
  currency,
}: Pick<ActivityFilters, 'month' | 'cursor' | 'currency'>) =>
  listQuery(['movements', { month, cursor, currency }], ({ signal }) =>
    api.get('/users/me/wallet/transactions', {
      params: {
        query: {
          ...(month && instantsOfMonth(month)),
          ...(cursor && { cursor }),
          ...(currency && { currency }),
        },
      },
      signal,
    }),
  );

/** The first and the last millisecond of a month (UTC), as lists of instants filter. */
export function instantsOfMonth(month: string): { readonly from: string; readonly to: string } {
  const { from, to } = daysOfMonth(month);
  return { from: `${from}T00:00:00.000Z`, to: `${to}T23:59:59.999Z` };
}
