import { page } from '#app/page-kit.ts';
import { activeOffersQuery, offerFilters } from './queries.ts';

export const activeOfferPages = [
  page({
    path: '/offers',
    search: offerFilters,
    queries: () => [activeOffersQuery],
    component: async () => (await import('./pages/offers-page.tsx')).OffersPage,
  }),
];
