import { queryOptions } from '@tanstack/react-query';
import type { Answer } from '#app/client.ts';
import { api } from '#app/page-kit.ts';

export type Wallet = Answer<'/users/me/wallets', 'get'>['data'][number];

/** The wallets of all currencies in which the shopper ever had money. */
export const walletsQuery = queryOptions({
  queryKey: ['wallets'],
  queryFn: ({ signal }) => api.get('/users/me/wallets', { signal }),
});

export const forecastQuery = (currency: string) =>
  queryOptions({
    queryKey: ['forecast', currency],
    queryFn: ({ signal }) =>
      api.get('/users/me/wallet/forecast', { params: { query: { currency } }, signal }),
  });
