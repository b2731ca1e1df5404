import { page } from '#app/page-kit.ts';
import { holdFilters, holdsQuery } from './queries.ts';

export const holdPages = [
  page({
    path: '/holds',
    search: holdFilters,
    queries: ({ search }) => [holdsQuery(search)],
    component: async () => (await import('./pages/holds-page.tsx')).HoldsPage,
  }),
];
