import { presentCursorPage, readPage } from '../../../core/http/pagination.ts';
import type { Routes } from '../../../core/http/route.ts';
import { isId } from '../../../core/id.ts';
import { HoldPage, HoldQuery, presentHold } from './schemas.ts';
import type { FraudService } from './service.ts';

export function fraudRoutes(service: FraudService): Routes {
  return (server) => {
    server.get(
      '/purchase-holds',
      {
        schema: {
          tags: ['fraud'],
          summary: 'List purchases held for review',
          description:
            'Each hold has its reasons. Release, confirm or reverse the purchase to resolve an open hold.',
          querystring: HoldQuery,
          response: { 200: HoldPage },
        },
        config: { access: ['admin'], showsPersonalData: true },
      },
      async ({ query }) => {
        const filter = {
          statuses: query.status,
          merchantIds: query.merchant_id,
          userIds: query.user_id,
        };
        return presentCursorPage(query, await service.listHolds(filter, readPage(query, isId)), presentHold);
      },
    );
  };
}
