import { notFound } from '../../core/errors.ts';
import { callerOf } from '../../core/http/authentication.ts';
import { presentCursorPage, readPage } from '../../core/http/pagination.ts';
import type { Routes } from '../../core/http/route.ts';
import { IdParams } from '../../core/http/schemas.ts';
import {
  presentTransaction,
  presentWallet,
  TransactionPage,
  TransactionQuery,
  WalletBody,
  WalletQuery,
} from './schemas.ts';
import type { WalletService } from './service.ts';

export function walletRoutes(service: WalletService, defaultCurrency: string): Routes {
  return (server) => {
    server.get(
      '/users/me/wallet',
      {
        schema: {
          tags: ['wallets'],
          summary: 'Show your balances',
          querystring: WalletQuery,
          response: { 200: WalletBody },
        },
        config: { access: ['user', 'admin'], errors: [notFound] },
      },
      async (request) => {
        const { currency = defaultCurrency } = request.query;
        return presentWallet(await service.getWallet({ userId: callerOf(request).id, currency }));
      },
    );

    server.get(
      '/users/me/wallet/transactions',
      {
        schema: {
          tags: ['wallets'],
          summary: 'List every movement of your wallet, newest first',
          querystring: TransactionQuery,
          response: { 200: TransactionPage },
        },
        config: { access: ['user', 'admin'], errors: [notFound] },
      },
      async (request) => {
        const { query } = request;
        const owner = { userId: callerOf(request).id, currency: query.currency ?? defaultCurrency };
        const page = await service.listTransactions(owner, readPage(query, isSequence));
        return presentCursorPage(query, page, presentTransaction);
      },
    );

    server.get(
      '/users/:id/wallet',
      {
        schema: {
          tags: ['wallets'],
          summary: "Show a user's balances",
          params: IdParams,
          querystring: WalletQuery,
          response: { 200: WalletBody },
        },
        config: { access: ['admin'], errors: [notFound] },
      },
      async ({ params, query }) => {
        const { currency = defaultCurrency } = query;
        return presentWallet(await service.getWallet({ userId: params.id, currency }));
      },
    );
  };
}

function isSequence(key: string): boolean {
  return /^[1-9]\d{0,17}$/.test(key);
}
