import { page } from '#app/page-kit.ts';
import { staffFilters, staffQuery } from './queries.ts';

export const staffPages = [
  page({
    path: '/staff',
    search: staffFilters,
    queries: ({ search }) => [staffQuery(search)],
    component: async () => (await import('./pages/staff-page.tsx')).StaffPage,
  }),
];
