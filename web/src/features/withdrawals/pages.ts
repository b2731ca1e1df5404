import { page } from '#app/page-kit.ts';
import { policyQuery, withdrawalQuery, withdrawSearch } from './queries.ts';

export const withdrawalPages = [
  page({
    path: '/withdraw',
    search: withdrawSearch,
    queries: ({ search }) => [policyQuery(search.currency)],
    component: async () => (await import('./pages/withdraw-page.tsx')).WithdrawPage,
  }),
  page({
    path: '/withdraw/review',
    component: async () => (await import('./pages/review-page.tsx')).ReviewPage,
  }),
  page({
    path: '/withdraw/$id',
    queries: ({ params }) => [withdrawalQuery(params.id ?? '')],
    component: async () => (await import('./pages/withdrawal-page.tsx')).WithdrawalPage,
  }),
];
