import { page } from '#app/page-kit.ts';
import { auditHistoryQuery } from '#features/audit/index.ts';
import { offersOfMerchantQuery } from '#features/offers/index.ts';
import { merchantFilters, merchantQuery, merchantsQuery } from './queries.ts';

export const merchantPages = [
  page({
    path: '/merchants',
    search: merchantFilters,
    queries: ({ search }) => [merchantsQuery(search)],
    component: async () => (await import('./pages/merchants-page.tsx')).MerchantsPage,
  }),
  page({
    path: '/merchants/$id',
    queries: ({ params: { id = '' } }) => [
      merchantQuery(id),
      offersOfMerchantQuery(id),
      auditHistoryQuery('merchant', id),
    ],
    component: async () => (await import('./pages/merchant-page.tsx')).MerchantPage,
  }),
];
