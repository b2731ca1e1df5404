import { page } from '#app/page-kit.ts';
import { purchaseFilters, purchasesQuery, timelineQuery } from './queries.ts';

export const purchasePages = [
  page({
    path: '/purchases',
    search: purchaseFilters,
    queries: ({ search }) => [purchasesQuery(search)],
    component: async () => (await import('./pages/purchases-page.tsx')).PurchasesPage,
  }),
  page({
    path: '/purchases/$id',
    queries: ({ params }) => [timelineQuery(params.id ?? '')],
    component: async () => (await import('./pages/purchase-page.tsx')).PurchasePage,
  }),
];
