import { queryOptions } from '@tanstack/react-query';
import { api, defineFilters, type FiltersOf, listQuery, text, yesNo } from '#app/page-kit.ts';

export const partnerFilters = defineFilters({ name: text, active: yesNo });

export const partnersQuery = (filters: FiltersOf<typeof partnerFilters>) =>
  listQuery(['partners', filters], ({ signal }) =>
    api.get('/partners', { params: { query: filters }, signal }),
  );

export const partnerQuery = (id: string) =>
  queryOptions({
    queryKey: ['partners', 'one', id],
    queryFn: ({ signal }) => api.get('/partners/{id}', { params: { path: { id } }, signal }),
  });

export const partnerKeysQuery = (id: string) =>
  listQuery(['partners', 'keys', id], ({ signal }) =>
    api.get('/partners/{id}/keys', { params: { path: { id }, query: { limit: 100 } }, signal }),
  );
