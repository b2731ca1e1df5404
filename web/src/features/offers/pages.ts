import { page } from '#app/page-kit.ts';
import { offerFilters, offersQuery } from './queries.ts';

export const offerPages = [
  page({
    path: '/offers',
    search: offerFilters,
    queries: ({ search }) => [offersQuery(search)],
    component: async () => (await import('./pages/offers-page.tsx')).OffersPage,
  }),
];
