import { page } from '#app/page-kit.ts';
import { merchantFilters, merchantsQuery } from './queries.ts';

export const merchantPages = [
  page({
    path: '/merchants',
    search: merchantFilters,
    queries: ({ search }) => [merchantsQuery(search)],
    component: async () => (await import('./pages/merchants-page.tsx')).MerchantsPage,
  }),
];
