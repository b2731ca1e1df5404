import { page } from '#app/page-kit.ts';
import { auditFilters, auditQuery } from './queries.ts';

export const auditPages = [
  page({
    path: '/audit',
    search: auditFilters,
    queries: ({ search }) => [auditQuery(search)],
    component: async () => (await import('./pages/audit-page.tsx')).AuditPage,
  }),
];
