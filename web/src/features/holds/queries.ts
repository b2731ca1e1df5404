import { api, defineFilters, type FiltersOf, listQuery, oneOf, text } from '#app/page-kit.ts';

export const HOLD_STATES = ['open', 'released', 'confirmed', 'reversed', 'matched'] as const;

const POLL_MS = 30_000;

export const holdFilters = defineFilters({
  state: oneOf(...HOLD_STATES, 'all'),
  merchant_id: text,
  user_id: text,
});

export type HoldFilters = FiltersOf<typeof holdFilters>;

/** What waits for review, oldest first. A state in the URL shows that of others. */
export const holdsQuery = ({ state = 'open', merchant_id, user_id, cursor }: HoldFilters) => {
  const query = {
    cursor,
    order: 'oldest' as const,
    ...(state !== 'all' && { status: [state] }),
    ...(merchant_id !== undefined && { merchant_id: [merchant_id] }),
    ...(user_id !== undefined && { user_id: [user_id] }),
  };
  return listQuery(
    ['holds', query],
    ({ signal }) => api.get('/purchase-holds', { params: { query }, signal }),
    { refetchInterval: POLL_MS },
  );
};
