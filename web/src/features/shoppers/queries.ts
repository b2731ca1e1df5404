import { queryOptions } from '@tanstack/react-query';
import { api, defineFilters, type FiltersOf, listQuery, oneOf, text } from '#app/page-kit.ts';

export const TABS = ['purchases', 'journal', 'payouts', 'flags', 'sessions'] as const;
export type Tab = (typeof TABS)[number];

export const shopperFilters = defineFilters({ email: text, status: oneOf('active', 'inactive') });

export type ShopperFilters = FiltersOf<typeof shopperFilters>;

export const shopperSearch = defineFilters({ tab: oneOf(...TABS), currency: text });

export const shoppersQuery = ({ email, status, cursor }: ShopperFilters) => {
  // The API looks for three characters or more.
  const part = email !== undefined && email.length >= 3 ? email : undefined;
  const query = {
    cursor,
    role: ['user' as const],
    email: part,
    ...(status !== undefined && { status: [status] }),
  };
  return listQuery(['users', query], ({ signal }) => api.get('/users', { params: { query }, signal }));
};

const ofUser = (id: string) => ({ path: { id } });

export const shopperQuery = (id: string) =>
  queryOptions({
    queryKey: ['users', 'one', id],
    queryFn: ({ signal }) => api.get('/users/{id}', { params: ofUser(id), signal }),
  });

export const journalQuery = (id: string, currency: string, cursor: string | undefined) =>
  listQuery(['wallets', id, currency, cursor], ({ signal }) =>
    api.get('/users/{id}/wallet/transactions', {
      params: { ...ofUser(id), query: { currency, cursor } },
      signal,
    }),
  );

export const payoutsOfQuery = (id: string, cursor: string | undefined) =>
  listQuery(['payouts', 'of', id, cursor], ({ signal }) =>
    api.get('/payouts', { params: { query: { user_id: [id], cursor } }, signal }),
  );

export const flagsOfQuery = (id: string) =>
  listQuery(['feature-flags', 'of', id], ({ signal }) =>
    api.get('/feature-flags', {
      params: { query: { scope_type: 'user', scope_id: id, limit: 100 } as never },
      signal,
    }),
  );

export const sessionsOfQuery = (id: string) =>
  queryOptions({
    queryKey: ['users', 'sessions', id],
    queryFn: ({ signal }) => api.get('/users/{id}/sessions', { params: ofUser(id), signal }),
  });
