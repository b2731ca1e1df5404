export { overviewPages } from './pages.ts';
export { BooksBanner } from './parts/books-banner.tsx';
export { booksQuery } from './queries.ts';
