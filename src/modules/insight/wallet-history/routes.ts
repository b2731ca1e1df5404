import type { Static } from 'typebox';
import { notFound } from '../../../core/errors.ts';
import { callerOf } from '../../../core/http/authentication.ts';
import { presentCursorPage, readPage } from '../../../core/http/pagination.ts';
import type { Routes } from '../../../core/http/route.ts';
import { IdParams } from '../../../core/http/schemas.ts';
import { presentTransaction, TransactionPage, TransactionQuery } from './schemas.ts';
import type { WalletHistoryService } from './service.ts';

export function walletHistoryRoutes(service: WalletHistoryService, defaultCurrency: string): Routes {
  return (server) => {
    server.get(
      '/users/me/wallet/transactions',
      {
        schema: {
          tags: ['wallets'],
          summary: 'List the transactions of your wallet, newest first',
          querystring: TransactionQuery,
          response: { 200: TransactionPage },
        },
        config: { access: ['user', 'admin'], errors: [notFound] },
      },
      async (request) => {
        const { query } = request;
        const owner = { userId: callerOf(request).id, currency: query.currency ?? defaultCurrency };
        const page = await service.listTransactions(owner, filterOf(query), readPage(query, isSequence));
        return presentCursorPage(query, page, presentTransaction);
      },
    );

    server.get(
      '/users/:id/wallet/transactions',
      {
        schema: {
          tags: ['wallets'],
          summary: "List the transactions of a user's wallet, newest first",
          params: IdParams,
          querystring: TransactionQuery,
          response: { 200: TransactionPage },
        },
        config: { access: ['admin'], showsPersonalData: true, errors: [notFound] },
      },
      async ({ params, query }) => {
        const owner = { userId: params.id, currency: query.currency ?? defaultCurrency };
        const page = await service.listTransactions(owner, filterOf(query), readPage(query, isSequence));
        return presentCursorPage(query, page, presentTransaction);
      },
    );
  };
}

function filterOf({ from, to }: Static<typeof TransactionQuery>) {
  return { from, to };
}

function isSequence(key: string): boolean {
  return /^[1-9]\d{0,17}$/.test(key);
}
