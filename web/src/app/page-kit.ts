/* What the `pages.ts` and `queries.ts` of features need. */
export { api } from './api.ts';
export { type ListOf, listQuery } from './list-query.ts';
export { type Page, page } from './pages.ts';
export { day, defineFilters, type FiltersOf, manyOf, oneOf, text, yesNo } from './search-params.ts';
