import { page } from '#app/page-kit.ts';
import { adjustmentFilters, adjustmentsQuery } from './queries.ts';

export const adjustmentPages = [
  page({
    path: '/adjustments',
    search: adjustmentFilters,
    queries: ({ search }) => [adjustmentsQuery(search)],
    component: async () => (await import('./pages/adjustments-page.tsx')).AdjustmentsPage,
  }),
];
