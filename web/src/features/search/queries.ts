import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from '#app/page-kit.ts';

/** Shorter texts match too much. */
const SHORTEST = 2;

/** What the platform finds for a text. Asks from two characters on. */
export const searchQuery = (text: string) =>
  queryOptions({
    queryKey: ['search', text],
    queryFn: ({ signal }) => api.get('/search', { params: { query: { q: text, limit: 12 } }, signal }),
    enabled: text.length >= SHORTEST,
    placeholderData: text.length >= SHORTEST ? keepPreviousData : undefined,
  });
