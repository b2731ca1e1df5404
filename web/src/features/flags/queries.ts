import { api, defineFilters, type FiltersOf, listQuery, oneOf } from '#app/page-kit.ts';

export const flagFilters = defineFilters({ scope_type: oneOf('global', 'merchant', 'user') });

export const flagsQuery = ({ scope_type, offset }: FiltersOf<typeof flagFilters>) =>
  listQuery(['flags', { scope_type, offset }], ({ signal }) =>
    api.get('/feature-flags', {
      params: { query: { offset, ...(scope_type !== undefined && { scope_type: [scope_type] }) } },
      signal,
    }),
  );
