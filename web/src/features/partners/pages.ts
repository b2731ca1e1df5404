import { page } from '#app/page-kit.ts';
import { auditHistoryQuery } from '#features/audit/index.ts';
import { partnerFilters, partnerKeysQuery, partnerQuery, partnersQuery } from './queries.ts';

export const partnerPages = [
  page({
    path: '/partners',
    search: partnerFilters,
    queries: ({ search }) => [partnersQuery(search)],
    component: async () => (await import('./pages/partners-page.tsx')).PartnersPage,
  }),
  page({
    path: '/partners/$id',
    queries: ({ params: { id = '' } }) => [
      partnerQuery(id),
      partnerKeysQuery(id),
      auditHistoryQuery('partner', id),
    ],
    component: async () => (await import('./pages/partner-page.tsx')).PartnerPage,
  }),
];
