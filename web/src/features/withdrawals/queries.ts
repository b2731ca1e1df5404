import type { Answer } from '#app/client.ts';
import { api, listQuery } from '#app/page-kit.ts';

export type Withdrawal = Answer<'/users/me/payouts', 'get'>['data'][number];

export const withdrawalsQuery = ({ cursor, limit }: { readonly cursor?: string; readonly limit?: number }) =>
  listQuery(['withdrawals', 'list', cursor, limit], ({ signal }) =>
    api.get('/users/me/payouts', { params: { query: { cursor, limit } }, signal }),
  );
