import { notFound } from '../../../core/errors.ts';
import { callerOf } from '../../../core/http/authentication.ts';
import { presentCursorPage, readPage } from '../../../core/http/pagination.ts';
import type { Routes } from '../../../core/http/route.ts';
import { isId } from '../../../core/id.ts';
import { invalidPurchaseStatus, requirePurchaseStatus } from '../../earning/purchases/index.ts';
import {
  ForecastBody,
  ForecastQuery,
  OwnPurchasePage,
  OwnPurchaseQuery,
  presentForecast,
  presentOwnPurchase,
} from './schemas.ts';
import type { OwnPurchasesService } from './service.ts';

export function ownPurchasesRoutes(service: OwnPurchasesService, defaultCurrency: string): Routes {
  return (server) => {
    server.get(
      '/users/me/purchases',
      {
        schema: {
          tags: ['purchases'],
          summary: 'List your purchases, newest first',
          querystring: OwnPurchaseQuery,
          response: { 200: OwnPurchasePage },
        },
        config: { access: ['user', 'admin'], errors: [invalidPurchaseStatus] },
      },
      async (request) => {
        const { query } = request;
        const filter = {
          statuses: query.status?.map(requirePurchaseStatus),
          merchantIds: query.merchant_id,
          from: query.from,
          to: query.to,
        };
        const page = await service.listOwnPurchases(callerOf(request).id, filter, readPage(query, isId));
        return presentCursorPage(query, page, presentOwnPurchase);
      },
    );

    server.get(
      '/users/me/wallet/forecast',
      {
        schema: {
          tags: ['wallets'],
          summary: 'Show when your pending cashback becomes available',
          description:
            'Days are named only where the platform itself confirms. The parts add up to the pending balance.',
          querystring: ForecastQuery,
          response: { 200: ForecastBody },
        },
        config: { access: ['user', 'admin'], errors: [notFound] },
      },
      async (request) => {
        const { currency = defaultCurrency } = request.query;
        return presentForecast(await service.forecast({ userId: callerOf(request).id, currency }));
      },
    );
  };
}
