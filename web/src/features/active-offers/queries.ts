import type { Answer } from '#app/client.ts';
import { api, defineFilters, listQuery, oneOf, text } from '#app/page-kit.ts';

export type ActiveOffer = Answer<'/offers/active', 'get'>['data'][number];

/** Programmes have dozens of offers: one page has them all. */
const LIMIT = 100;

export const offerFilters = defineFilters({ q: text, order: oneOf('name') });

export const activeOffersQuery = listQuery(['active-offers'], ({ signal }) =>
  api.get('/offers/active', { params: { query: { limit: LIMIT } }, signal }),
);
