import { queryOptions } from '@tanstack/react-query';
import type { Answer } from '#app/client.ts';
import { api, defineFilters, listQuery, text } from '#app/page-kit.ts';

export type Withdrawal = Answer<'/users/me/payouts', 'get'>['data'][number];
export type PayoutPolicy = Answer<'/users/me/payouts/policy', 'get'>;

const POLL_MS = 30_000;

/** The currency to withdraw. The platform's first one by default. */
export const withdrawSearch = defineFilters({ currency: text });

export const withdrawalsQuery = ({ cursor, limit }: { readonly cursor?: string; readonly limit?: number }) =>
  listQuery(['withdrawals', 'list', cursor, limit], ({ signal }) =>
    api.get('/users/me/payouts', {
      params: { query: { ...(cursor && { cursor }), ...(limit && { limit }) } },
      signal,
    }),
  );

/** Read again every 30 seconds while something may still happen to it. */
export const withdrawalQuery = (id: string) =>
  queryOptions({
    queryKey: ['withdrawals', id],
    queryFn: ({ signal }) => api.get('/users/me/payouts/{id}', { params: { path: { id } }, signal }),
    refetchInterval: ({ state }) => (state.data !== undefined && isUnderWay(state.data) ? POLL_MS : false),
  });

/** What may be withdrawn now, and where the last withdrawal went. */
export const policyQuery = (currency: string | undefined) =>
  queryOptions({
    queryKey: ['payout-policy', currency],
    queryFn: ({ signal }) =>
      api.get('/users/me/payouts/policy', { params: { query: { ...(currency && { currency }) } }, signal }),
  });

function isUnderWay({ status }: Withdrawal): boolean {
  return status === 'requested' || status === 'processing';
}
