import { notFound } from '../../../core/errors.ts';
import { callerOf } from '../../../core/http/authentication.ts';
import type { Routes } from '../../../core/http/route.ts';
import { IdParams } from '../../../core/http/schemas.ts';
import { BalancesBody, BalancesListBody, BalancesQuery, presentBalances } from './schemas.ts';
import type { BalancesService } from './service.ts';

export function balancesRoutes(service: BalancesService, defaultCurrency: string): Routes {
  return (server) => {
    server.get(
      '/users/me/wallet',
      {
        schema: {
          tags: ['wallets'],
          summary: 'Show your balances',
          querystring: BalancesQuery,
          response: { 200: BalancesBody },
        },
        config: { access: ['user', 'admin'], errors: [notFound] },
      },
      async (request) => {
        const { currency = defaultCurrency } = request.query;
        return presentBalances(await service.getBalances({ userId: callerOf(request).id, currency }));
      },
    );

    server.get(
      '/users/me/wallets',
      {
        schema: {
          tags: ['wallets'],
          summary: 'List your wallets',
          description: 'One for each currency in which you have ever had money, sorted by currency.',
          response: { 200: BalancesListBody },
        },
        config: { access: ['user', 'admin'] },
      },
      async (request) => {
        const wallets = await service.listBalances(callerOf(request).id);
        return { data: wallets.map(presentBalances) };
      },
    );

    server.get(
      '/users/:id/wallet',
      {
        schema: {
          tags: ['wallets'],
          summary: "Show a user's balances",
          params: IdParams,
          querystring: BalancesQuery,
          response: { 200: BalancesBody },
        },
        config: { access: ['admin'], showsPersonalData: true, errors: [notFound] },
      },
      async ({ params, query }) => {
        const { currency = defaultCurrency } = query;
        return presentBalances(await service.getBalances({ userId: params.id, currency }));
      },
    );
  };
}
