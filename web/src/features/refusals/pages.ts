import { page } from '#app/page-kit.ts';
import { refusalFilters, refusalsQuery } from './queries.ts';

export const refusalPages = [
  page({
    path: '/refusals',
    search: refusalFilters,
    queries: ({ search }) => [refusalsQuery(search)],
    component: async () => (await import('./pages/refusals-page.tsx')).RefusalsPage,
  }),
];
