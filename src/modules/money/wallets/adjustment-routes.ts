import { forbidden, notFound } from '../../../core/errors.ts';
import { accountOf, callerOf } from '../../../core/http/authentication.ts';
import { presentCursorPage, readPage } from '../../../core/http/pagination.ts';
import type { Routes } from '../../../core/http/route.ts';
import { IdParams, minorUnits } from '../../../core/http/schemas.ts';
import { isId } from '../../../core/id.ts';
import { unsupportedCurrency } from '../../../core/money.ts';
import {
  IdempotencyHeaders,
  idempotencyInProgress,
  idempotencyKeyReused,
  idempotentRequest,
  responseBody,
} from '../../platform/idempotency/index.ts';
import {
  AdjustmentBody,
  AdjustmentInput,
  AdjustmentPage,
  AdjustmentQuery,
  CompletedAdjustmentBody,
  presentAdjustment,
  presentStatement,
  RejectionInput,
} from './adjustment-schemas.ts';
import type { AdjustWallet } from './adjustments.ts';
import type { AdjustmentApprovals } from './approvals.ts';
import { adjustmentNotAwaitingApproval, insufficientBalance, walletFull } from './errors.ts';
import type { AdjustmentStatement } from './model.ts';

export function adjustmentRoutes(deps: {
  readonly adjustWallet: AdjustWallet;
  readonly approvals: AdjustmentApprovals;
  readonly defaultCurrency: string;
}): Routes {
  const { adjustWallet, approvals, defaultCurrency } = deps;

  return (server) => {
    server.post(
      '/users/:id/wallet/adjustments',
      {
        schema: {
          tags: ['wallets'],
          summary: "Credit or debit a user's wallet",
          description:
            'Returns 202 above `FOUR_EYES_ABOVE`: it takes effect when another administrator approves it within 7 ' +
            'days. Returns 409 if a debit exceeds the available balance. Returns 403 with the reason `own` for your ' +
            'own wallet, and for everything except credits up to 20.00 without the permission `wallets:adjust`.',
          params: IdParams,
          headers: IdempotencyHeaders,
          body: AdjustmentInput(defaultCurrency),
          response: { 201: CompletedAdjustmentBody, 202: AdjustmentBody },
        },
        config: {
          access: ['admin'],
          permission: 'wallets:credit',
          stepUp: true,
          errors: [
            notFound,
            forbidden,
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
        const caller = accountOf(request);
        const order = {
          userId: request.params.id,
          currency,
          amount: minorUnits(amount, currency),
          direction,
          reason: reason.trim(),
        };
        const content = { ...order, amount: String(order.amount) };
        const repeatable = idempotentRequest(request, 'wallet.adjust', content);
        const mayAdjust = caller.permissions.includes('wallets:adjust');
        const outcome = await adjustWallet({ ...order, mayAdjust, actor: caller, request: repeatable });
        const statement = presentStatement(responseBody(reply, outcome), caller.id);
        if (!isCompleted(statement)) return reply.code(202).send(statement);
        return reply.code(201).send(statement);
      },
    );

    server.get(
      '/adjustments',
      {
        schema: {
          tags: ['wallets'],
          summary: 'List adjustments, newest first',
          description: 'Those with the status `awaiting_approval` need another administrator.',
          querystring: AdjustmentQuery,
          response: { 200: AdjustmentPage },
        },
        config: { access: ['admin'] },
      },
      async ({ query }) => {
        const filter = { statuses: query.status, userIds: query.user_id };
        const page = await approvals.listAdjustments(filter, readPage(query, isId));
        return presentCursorPage(query, page, presentAdjustment);
      },
    );

    server.get(
      '/adjustments/:id',
      {
        schema: {
          tags: ['wallets'],
          summary: 'Show an adjustment',
          params: IdParams,
          response: { 200: AdjustmentBody },
        },
        config: { access: ['admin'], errors: [notFound] },
      },
      async ({ params }) => presentAdjustment(await approvals.getAdjustment(params.id)),
    );

    server.post(
      '/adjustments/:id/approval',
      {
        schema: {
          tags: ['wallets'],
          summary: 'Approve an adjustment',
          description:
            'Lets an adjustment take effect that awaits approval. Returns 403 with the reason `four_eyes` to the ' +
            'administrator who made it, and with `own` to the owner of the wallet. Returns 409 if the balance does ' +
            'not allow it: the adjustment still awaits approval then.',
          params: IdParams,
          response: { 200: CompletedAdjustmentBody },
        },
        config: {
          access: ['admin'],
          permission: 'wallets:adjust',
          stepUp: true,
          errors: [notFound, forbidden, adjustmentNotAwaitingApproval, insufficientBalance, walletFull],
        },
      },
      async (request) => {
        const statement = await approvals.approveAdjustment(request.params.id, callerOf(request));
        if (!isCompleted(statement)) throw new Error('an approved adjustment has moved no money');
        return statement;
      },
    );

    server.post(
      '/adjustments/:id/rejection',
      {
        schema: {
          tags: ['wallets'],
          summary: 'Reject an adjustment',
          description:
            'Ends an adjustment that awaits approval. It moves no money. The administrator who made it may reject it.',
          params: IdParams,
          body: RejectionInput,
          response: { 200: AdjustmentBody },
        },
        config: {
          access: ['admin'],
          permission: 'wallets:adjust',
          errors: [notFound, forbidden, adjustmentNotAwaitingApproval],
        },
      },
      async (request) => {
        const { reason } = request.body;
        return approvals.rejectAdjustment(request.params.id, reason.trim(), callerOf(request));
      },
    );
  };
}

/** It has moved money, so that it states the balances after it. */
function isCompleted(
  statement: AdjustmentStatement,
): statement is AdjustmentStatement & { readonly wallet: NonNullable<AdjustmentStatement['wallet']> } {
  return statement.wallet !== null;
}
