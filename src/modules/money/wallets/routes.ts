import { notFound } from '../../../core/errors.ts';
import { callerOf } from '../../../core/http/authentication.ts';
import type { Routes } from '../../../core/http/route.ts';
import { IdParams, minorUnits } from '../../../core/http/schemas.ts';
import { unsupportedCurrency } from '../../../core/money.ts';
import {
  IdempotencyHeaders,
  idempotencyInProgress,
  idempotencyKeyReused,
  idempotentRequest,
  responseBody,
} from '../../platform/idempotency/index.ts';
import type { AdjustWallet } from './adjustments.ts';
import { insufficientBalance, walletFull } from './errors.ts';
import { AdjustmentBody, AdjustmentInput, presentWallet, WalletBody, WalletQuery } from './schemas.ts';
import type { WalletService } from './service.ts';

export function walletRoutes(deps: {
  readonly service: WalletService;
  readonly adjustWallet: AdjustWallet;
  readonly defaultCurrency: string;
}): Routes {
  const { service, adjustWallet, defaultCurrency } = deps;

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
        config: { access: ['admin'], errors: [notFound] },
      },
      async ({ params, query }) => {
        const { currency = defaultCurrency } = query;
        return presentWallet(await service.getWallet({ userId: params.id, currency }));
      },
    );

    server.post(
      '/users/:id/wallet/adjustments',
      {
        schema: {
          tags: ['wallets'],
          summary: "Credit or debit a user's wallet",
          description: 'Returns 409 if a debit exceeds the available balance.',
          params: IdParams,
          headers: IdempotencyHeaders,
          body: AdjustmentInput(defaultCurrency),
          response: { 201: AdjustmentBody },
        },
        config: {
          access: ['admin'],
          permission: 'wallets:credit',
          stepUp: true,
          errors: [
            notFound,
            unsupportedCurrency,
            insufficientBalance,
            walletFull,
            idempotencyKeyReused,
            idempotencyInProgress,
          ],
        },
      },
      async (request, reply) => {
        const { amount, currency = defaultCurrency, direction, reason } = request.body;
        const userId = request.params.id;
        const order = {
          userId,
          currency,
          amount: minorUnits(amount, currency),
          direction,
          reason: reason.trim(),
        };
        const content = { ...order, amount: String(order.amount) };
        const repeatable = idempotentRequest(request, 'wallet.adjust', content);
        const outcome = await adjustWallet({ ...order, actor: callerOf(request), request: repeatable });
        return reply.code(201).send(responseBody(reply, outcome));
      },
    );
  };
}
