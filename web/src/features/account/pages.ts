import { page } from '#app/page-kit.ts';
import { preferencesQuery, sessionsQuery, statementSearch } from './queries.ts';

export const accountPages = [
  page({
    path: '/account',
    queries: () => [sessionsQuery, preferencesQuery],
    component: async () => (await import('./pages/account-page.tsx')).AccountPage,
  }),
  page({
    path: '/account/statement',
    search: statementSearch,
    component: async () => (await import('./pages/statement-page.tsx')).StatementPage,
  }),
];
