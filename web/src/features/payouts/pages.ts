import { page } from '#app/page-kit.ts';
import { payoutFilters, payoutQuery, payoutsQuery } from './queries.ts';

export const payoutPages = [
  page({
    path: '/payouts',
    search: payoutFilters,
    queries: ({ search }) => [payoutsQuery(search)],
    component: async () => (await import('./pages/payouts-page.tsx')).PayoutsPage,
  }),
  page({
    path: '/payouts/$id',
    queries: ({ params }) => [payoutQuery(params.id ?? '')],
    component: async () => (await import('./pages/payout-page.tsx')).PayoutPage,
  }),
];
