import { page } from '#app/page-kit.ts';
import { booksQuery, overviewFilters, summaryQuery } from './queries.ts';

export const overviewPages = [
  page({
    path: '/',
    search: overviewFilters,
    queries: ({ search }) => [summaryQuery(search), booksQuery(search.currency)],
    component: async () => (await import('./pages/landing-page.tsx')).LandingPage,
  }),
];
