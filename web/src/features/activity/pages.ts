import { page } from '#app/page-kit.ts';
import { withdrawalsQuery } from '#features/withdrawals/index.ts';
import { activityFilters, movementsQuery, purchaseQuery, purchasesQuery } from './queries.ts';

export const activityPages = [
  page({
    path: '/activity',
    search: activityFilters,
    queries: ({ search }) => {
      if (search.kind === 'withdrawals') return [withdrawalsQuery(search)];
      return [search.kind === 'movements' ? movementsQuery(search) : purchasesQuery(search)];
    },
    component: async () => (await import('./pages/activity-page.tsx')).ActivityPage,
  }),
  page({
    path: '/activity/$id',
    queries: ({ params }) => [purchaseQuery(params.id ?? '')],
    component: async () => (await import('./pages/purchase-page.tsx')).PurchasePage,
  }),
];
