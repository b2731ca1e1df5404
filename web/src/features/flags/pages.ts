import { page } from '#app/page-kit.ts';
import { flagFilters, flagsQuery } from './queries.ts';

export const flagPages = [
  page({
    path: '/flags',
    search: flagFilters,
    queries: ({ search }) => [flagsQuery(search)],
    component: async () => (await import('./pages/flags-page.tsx')).FlagsPage,
  }),
];
