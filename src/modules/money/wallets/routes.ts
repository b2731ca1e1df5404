import { notFound } from '../../../core/errors.ts';
import { callerOf } from '../../../core/http/authentication.ts';
import type { Routes } from '../../../core/http/route.ts';
import { IdParams } from '../../../core/http/schemas.ts';
import { presentWallet, WalletBody, WalletQuery } from './schemas.ts';
import type { WalletService } from './service.ts';

export function walletRoutes(deps: {
  readonly service: WalletService;
  readonly defaultCurrency: string;
}): Routes {
  const { service, defaultCurrency } = deps;

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
      '/users/:id/wallet',
      {
        schema: {
          tags: ['wallets'],
          summary: "Show a user's balances",
          params: IdParams,
          querystring: WalletQuery,
          response: { 200: WalletBody },
        },
        config: { access: ['admin'], showsPersonalData: true, errors: [notFound] },
      },
      async ({ params, query }) => {
        const { currency = defaultCurrency } = query;
        return presentWallet(await service.getWallet({ userId: params.id, currency }));
      },
    );
  };
}
