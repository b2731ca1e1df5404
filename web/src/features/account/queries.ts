import { queryOptions } from '@tanstack/react-query';
import type { Answer } from '#app/client.ts';
import { api, defineFilters, text } from '#app/page-kit.ts';
import { periodOf } from './period.ts';

export type OwnSession = Answer<'/users/me/sessions', 'get'>['data'][number];
export type Preferences = Answer<'/users/me/notifications', 'get'>;
export type Movement = Answer<'/users/me/wallet/transactions', 'get'>['data'][number];

const PAGE = 100;
const PAGES = 10;

/** What the printed statement is about. */
export const statementSearch = defineFilters({ period: text, currency: text });

export const sessionsQuery = queryOptions({
  queryKey: ['own-sessions'],
  queryFn: ({ signal }) => api.get('/users/me/sessions', { signal }),
});

export const preferencesQuery = queryOptions({
  queryKey: ['own-notifications'],
  queryFn: ({ signal }) => api.get('/users/me/notifications', { signal }),
});

/** The movements of a period that changed the available balance, oldest first: at most the newest thousand of all. */
export const statementQuery = (period: string, currency: string) =>
  queryOptions({
    queryKey: ['movements', 'statement', period, currency],
    queryFn: ({ signal }) => readStatement(period, currency, signal),
  });

async function readStatement(period: string, currency: string, signal: AbortSignal) {
  const movements: Movement[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < PAGES; page += 1) {
    const query = { ...periodOf(period), currency, limit: PAGE, ...(cursor && { cursor }) };
    const answer: Answer<'/users/me/wallet/transactions', 'get'> = await api.get(
      '/users/me/wallet/transactions',
      { params: { query }, signal },
    );
    movements.push(...answer.data);
    cursor = answer.pagination.next_cursor;
    if (cursor === null) break;
  }
  return {
    movements: movements.filter(({ from, to }) => from === 'available' || to === 'available').reverse(),
    isCut: cursor !== null,
  };
}
