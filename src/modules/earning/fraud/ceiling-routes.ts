import { notFound, ruleViolation } from '../../../core/errors.ts';
import { callerOf } from '../../../core/http/authentication.ts';
import { presentPage, readPage } from '../../../core/http/pagination.ts';
import type { Routes } from '../../../core/http/route.ts';
import { unsupportedCurrency } from '../../../core/money.ts';
import { requireCeilingScope } from './ceiling-policies.ts';
import {
  CeilingBody,
  CeilingInputBody,
  CeilingPage,
  CeilingQuery,
  presentCeiling,
} from './ceiling-schemas.ts';
import type { FraudService } from './service.ts';

export function ceilingRoutes(service: Pick<FraudService, 'setCeiling' | 'listCeilings'>): Routes {
  return (server) => {
    server.put(
      '/ceilings',
      {
        schema: {
          tags: ['fraud'],
          summary: 'Set a ceiling',
          description:
            'Replaces the ceiling of one scope and currency. A ceiling without any limit is removed. Of what the partner and the merchant of a purchase state the smaller limit applies; where neither states one, that of the platform, and then the settings `CEILING_AMOUNT` and `CEILING_CASHBACK`. A purchase above a limit is held for review.',
          body: CeilingInputBody,
          response: { 200: CeilingBody },
        },
        config: {
          access: ['admin'],
          permission: 'ceilings:write',
          errors: [ruleViolation, notFound, unsupportedCurrency],
        },
      },
      async (request) => {
        const { scope, scope_id: scopeId = null, currency } = request.body;
        const {
          max_amount: maxAmount = null,
          max_reward: maxReward = null,
          daily_pending: dailyPending = null,
          daily_released: dailyReleased = null,
        } = request.body;
        const input = {
          scope: requireCeilingScope(scope, scopeId),
          currency,
          limits: { maxAmount, maxReward, dailyPending, dailyReleased },
        };
        return presentCeiling(await service.setCeiling(input, callerOf(request)));
      },
    );

    server.get(
      '/ceilings',
      {
        schema: {
          tags: ['fraud'],
          summary: 'List ceilings, newest first',
          querystring: CeilingQuery,
          response: { 200: CeilingPage },
        },
        config: { access: ['admin'] },
      },
      async ({ query }) => presentPage(query, await service.listCeilings(readPage(query)), presentCeiling),
    );
  };
}
