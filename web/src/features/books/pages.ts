import { page } from '#app/page-kit.ts';
import { booksQuery } from '#features/overview/index.ts';
import { bookFilters } from './queries.ts';

export const bookPages = [
  page({
    path: '/books',
    search: bookFilters,
    queries: ({ search }) => [booksQuery(search.currency)],
    component: async () => (await import('./pages/books-page.tsx')).BooksPage,
  }),
];
