import { page } from '#app/page-kit.ts';
import { purchasesQuery } from '#features/activity/index.ts';
import { policyQuery, withdrawalsQuery } from '#features/withdrawals/index.ts';
import { LATEST } from './latest.ts';
import { walletsQuery } from './queries.ts';

export const homePages = [
  page({
    path: '/',
    queries: () => [walletsQuery, policyQuery(undefined), purchasesQuery(LATEST), withdrawalsQuery(LATEST)],
    component: async () => (await import('./pages/home-page.tsx')).HomePage,
  }),
];
