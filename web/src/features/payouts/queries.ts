import { queryOptions } from '@tanstack/react-query';
import { api, day, defineFilters, type FiltersOf, listQuery, manyOf, text } from '#app/page-kit.ts';
import { instantsOf } from '#lib/day-range.ts';

export const PAYOUT_STATES = [
  'requested',
  'processing',
  'completed',
  'returned',
  'failed',
  'cancelled',
] as const;

/** The states of the queue: without a filter, the page shows what waits for finance. */
const QUEUE = ['requested', 'processing'] as const;

/** The most payouts that one person takes at once. */
export const MOST_TAKEN = 40;

export const payoutFilters = defineFilters({
  status: manyOf('all', ...PAYOUT_STATES),
  user_id: text,
  external_reference: text,
  from: day,
  to: day,
});

export type PayoutFilters = FiltersOf<typeof payoutFilters>;

/** The queue, oldest first. With a state in the URL: the payouts in that state, newest first where they are done. */
export const payoutsQuery = ({ status, user_id, external_reference, from, to, ...place }: PayoutFilters) => {
  const states = status?.includes('all') ? PAYOUT_STATES : (status ?? QUEUE);
  const isQueue = states.every((state) => state === 'requested' || state === 'processing');
  const query = {
    ...place,
    status: [...states],
    limit: MOST_TAKEN,
    ...(isQueue && { order: 'oldest' }),
    ...(user_id !== undefined && { user_id: [user_id] }),
    ...(external_reference !== undefined && { external_reference: [external_reference] }),
    ...instantsOf({ from, to }),
  };
  return listQuery(
    ['payouts', query],
    ({ signal }) => api.get('/payouts', { params: { query: query as object }, signal }),
    { refetchInterval: 30_000 },
  );
};

/** The payouts that can be taken, oldest first. */
export const takeableQuery = () =>
  listQuery(['payouts', 'takeable'], ({ signal }) =>
    api.get('/payouts', {
      params: { query: { status: ['requested'], limit: MOST_TAKEN, order: 'oldest' } as object },
      signal,
    }),
  );

export const payoutQuery = (id: string) =>
  queryOptions({
    queryKey: ['payouts', 'one', id],
    queryFn: ({ signal }) => api.get('/payouts/{id}', { params: { path: { id } }, signal }),
  });
