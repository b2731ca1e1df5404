import { api, defineFilters, type FiltersOf, listQuery, oneOf, text } from '#app/page-kit.ts';

export const ADJUSTMENT_STATES = ['awaiting_approval', 'completed', 'rejected', 'expired'] as const;

export const adjustmentFilters = defineFilters({
  status: oneOf('all', ...ADJUSTMENT_STATES),
  user_id: text,
});

/** Without a state: those that wait for approval. */
export const adjustmentsQuery = ({
  status = 'awaiting_approval',
  user_id,
  ...place
}: FiltersOf<typeof adjustmentFilters>) =>
  listQuery(['adjustments', { status, user_id, ...place }], ({ signal }) =>
    api.get('/adjustments', {
      params: {
        query: {
          ...place,
          ...(status !== 'all' && { status: [status] }),
          ...(user_id !== undefined && { user_id: [user_id] }),
        },
      },
      signal,
    }),
  );
