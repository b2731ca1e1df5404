import { page } from '#app/page-kit.ts';
import { shopperFilters, shopperQuery, shopperSearch, shoppersQuery } from './queries.ts';

export const shopperPages = [
  page({
    path: '/shoppers',
    search: shopperFilters,
    queries: ({ search }) => [shoppersQuery(search)],
    component: async () => (await import('./pages/shoppers-page.tsx')).ShoppersPage,
  }),
  page({
    path: '/shoppers/$id',
    search: shopperSearch,
    queries: ({ params }) => [shopperQuery(params.id ?? '')],
    component: async () => (await import('./pages/shopper-page.tsx')).ShopperPage,
  }),
];
