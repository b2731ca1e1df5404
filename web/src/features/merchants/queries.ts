import { api, defineFilters, type FiltersOf, listQuery, text, yesNo } from '#app/page-kit.ts';

export const merchantFilters = defineFilters({ name: text, active: yesNo });

export const merchantsQuery = (filters: FiltersOf<typeof merchantFilters>) =>
  listQuery(['merchants', filters], ({ signal }) =>
    api.get('/merchants', { params: { query: filters }, signal }),
  );
