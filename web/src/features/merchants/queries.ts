import { queryOptions } from '@tanstack/react-query';
import { api, defineFilters, type FiltersOf, listQuery, text, yesNo } from '#app/page-kit.ts';

export const merchantFilters = defineFilters({ name: text, active: yesNo });

export const merchantsQuery = (filters: FiltersOf<typeof merchantFilters>) =>
  listQuery(['merchants', filters], ({ signal }) =>
    api.get('/merchants', { params: { query: filters }, signal }),
  );

export const merchantQuery = (id: string) =>
  queryOptions({
    queryKey: ['merchants', 'one', id],
    queryFn: ({ signal }) => api.get('/merchants/{id}', { params: { path: { id } }, signal }),
  });
