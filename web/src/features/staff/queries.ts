import { api, defineFilters, type FiltersOf, listQuery, text } from '#app/page-kit.ts';

export const staffFilters = defineFilters({ email: text });

export const staffQuery = (filters: FiltersOf<typeof staffFilters>) =>
  listQuery(['users', 'staff', filters], ({ signal }) =>
    api.get('/users', { params: { query: { ...filters, role: ['admin'] } }, signal }),
  );
