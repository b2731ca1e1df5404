import { forbidden, notFound, ruleViolation } from '../../../core/errors.ts';
import { callerOf } from '../../../core/http/authentication.ts';
import { CSV_TYPE } from '../../../core/http/csv.ts';
import { presentCursorPage, readPage } from '../../../core/http/pagination.ts';
import type { Routes } from '../../../core/http/route.ts';
import { IdParams } from '../../../core/http/schemas.ts';
import { isId } from '../../../core/id.ts';
import { unsupportedCurrency } from '../../../core/money.ts';
import {
  IdempotencyHeaders,
  idempotencyInProgress,
  idempotencyKeyReused,
  idempotentRequest,
  responseBody,
} from '../../platform/idempotency/index.ts';
import { insufficientBalance } from '../wallets/index.ts';
import {
  emailVerificationRequired,
  payoutBlocked,
  payoutInvalidTransition,
  payoutPolicyViolation,
} from './errors.ts';
import {
  AllowanceBody,
  AllowanceQuery,
  BankDetailsBody,
  BankFile,
  BankFileBody,
  contentOf,
  idOfReference,
  MAX_FIELDS_WITH_IDS,
  NewPayoutBody,
  OwnPayoutBody,
  OwnPayoutPage,
  OwnPayoutQuery,
  PayoutBody,
  PayoutMoveBody,
  PayoutPage,
  PayoutQuery,
  PayoutsMoveBody,
  PayoutsMoveResult,
  presentAllowance,
  presentBankDetails,
  presentBankFile,
  presentOwnPayout,
  presentPayout,
  presentPayoutsMove,
  presentStored,
  toOrder,
} from './schemas.ts';
import type { PayoutService } from './service.ts';

export function payoutRoutes(service: PayoutService, defaultCurrency: string): Routes {
  return (server) => {
    server.post(
      '/users/me/payouts',
      {
        schema: {
          tags: ['payouts'],
          summary: 'Request a payout',
          description:
            'Deducts the amount from your available balance immediately. A payout that fails, is cancelled or is sent back by the bank returns it. Returns 400 `VALIDATION_ERROR` if `from_payout_id` is no payout of yours, or its bank details are no longer kept.',
          headers: IdempotencyHeaders,
          body: NewPayoutBody(defaultCurrency),
          response: { 201: OwnPayoutBody },
        },
        config: {
          access: ['user', 'admin'],
          errors: [
            ruleViolation,
            unsupportedCurrency,
            insufficientBalance,
            payoutPolicyViolation,
            emailVerificationRequired,
            idempotencyKeyReused,
            idempotencyInProgress,
          ],
        },
      },
      async (request, reply) => {
        const actor = callerOf(request);
        const order = toOrder(request.body, defaultCurrency);
        const repeatable = idempotentRequest(request, 'payout.request', contentOf(order));
        const outcome = await service.requestPayout({
          ...order,
          actor,
          userId: actor.id,
          request: repeatable,
        });
        return reply.code(201).send(presentStored(responseBody(reply, outcome)));
      },
    );

    server.get(
      '/users/me/payouts',
      {
        schema: {
          tags: ['payouts'],
          summary: 'List your payouts, newest first',
          querystring: OwnPayoutQuery,
          response: { 200: OwnPayoutPage },
        },
        config: { access: ['user', 'admin'] },
      },
      async (request) => {
        const { query } = request;
        const filter = { userIds: [callerOf(request).id], statuses: query.status };
        const page = await service.listPayouts(filter, readPage(query, isId));
        return presentCursorPage(query, page, presentOwnPayout);
      },
    );

    server.get(
      '/users/me/payouts/policy',
      {
        schema: {
          tags: ['payouts'],
          summary: 'Show what you may have paid out',
          description:
            'The minimum, the rest of the month, the largest amount of a request, and the account of your latest payout.',
          querystring: AllowanceQuery,
          response: { 200: AllowanceBody },
        },
        config: { access: ['user', 'admin'], errors: [unsupportedCurrency] },
      },
      async (request) => {
        const { currency = defaultCurrency } = request.query;
        return presentAllowance(await service.getAllowance({ userId: callerOf(request).id, currency }));
      },
    );

    server.get(
      '/users/me/payouts/:id',
      {
        schema: {
          tags: ['payouts'],
          summary: 'Show one of your payouts',
          params: IdParams,
          response: { 200: OwnPayoutBody },
        },
        config: { access: ['user', 'admin'], errors: [notFound] },
      },
      async (request) =>
        presentOwnPayout(await service.getOwnPayout(request.params.id, callerOf(request).id)),
    );

    server.post(
      '/users/me/payouts/:id/cancel',
      {
        schema: {
          tags: ['payouts'],
          summary: 'Cancel a payout',
          description:
            'Returns the amount to your available balance. Returns 400 if the payout is no longer `requested`.',
          params: IdParams,
          response: { 200: OwnPayoutBody },
        },
        config: { access: ['user', 'admin'], errors: [notFound, payoutInvalidTransition] },
      },
      async (request) => {
        const payoutId = request.params.id;
        return presentOwnPayout(await service.cancelPayout(payoutId, callerOf(request)));
      },
    );

    server.get(
      '/payouts',
      {
        schema: {
          tags: ['payouts'],
          summary: 'List payouts',
          querystring: PayoutQuery,
          response: { 200: PayoutPage },
        },
        config: { access: ['admin'], showsPersonalData: true },
      },
      async ({ query }) => {
        const filter = {
          statuses: query.status,
          userIds: query.user_id,
          ids: query.reference?.map(idOfReference),
          externalReferences: query.external_reference,
          from: query.from,
          to: query.to,
        };
        const page = await service.listReviewedPayouts(filter, readPage(query, isId));
        return presentCursorPage(query, page, presentPayout);
      },
    );

    server.post(
      '/payouts/process',
      {
        schema: {
          tags: ['payouts'],
          summary: 'Take payouts to processing',
          description:
            'Takes up to 100 payouts, each by the rules of `PATCH /payouts/{id}/process`. Each has its own result, in the order of the request. A refused payout does not affect the others.',
          body: PayoutsMoveBody,
          response: { 200: PayoutsMoveResult },
        },
        config: { access: ['admin'], permission: 'payouts:process', maxFields: MAX_FIELDS_WITH_IDS },
      },
      async (request) => {
        const { ids, status: to } = request.body;
        const actor = callerOf(request);
        const outcomes = await service.movePayouts(ids.map((payoutId) => ({ actor, payoutId, to })));
        return presentPayoutsMove(ids, outcomes, request.id);
      },
    );

    server.post(
      '/payouts/bank-file',
      {
        schema: {
          tags: ['payouts'],
          summary: 'Create a file for the bank',
          description:
            'A CSV file with the unmasked bank details of up to 100 payouts, each once. All of them must be `processing`, ' +
            'and you must have taken them there. Returns 400 `VALIDATION_ERROR` otherwise, and no file. Each payout is ' +
            'recorded in the audit log.',
          body: BankFileBody,
          response: { 200: { description: 'The file.', content: { 'text/csv': { schema: BankFile } } } },
        },
        config: {
          access: ['admin'],
          permission: 'payouts:read-bank-details',
          stepUp: true,
          maxFields: MAX_FIELDS_WITH_IDS,
          errors: [ruleViolation],
        },
      },
      async (request, reply) => {
        const transfers = await service.revealTransfers(request.body.ids, callerOf(request));
        reply.header('content-disposition', 'attachment; filename="payouts.csv"').type(CSV_TYPE);
        return presentBankFile(transfers);
      },
    );

    server.get(
      '/payouts/:id',
      {
        schema: {
          tags: ['payouts'],
          summary: 'Show a payout',
          params: IdParams,
          response: { 200: PayoutBody },
        },
        config: { access: ['admin'], showsPersonalData: true, errors: [notFound] },
      },
      async ({ params }) => presentPayout(await service.getPayout(params.id)),
    );

    server.get(
      '/payouts/:id/bank-details',
      {
        schema: {
          tags: ['payouts'],
          summary: 'Show the bank details of a payout',
          description:
            'They are unmasked, hence shown only while the payout is `processing`, and only to the ' +
            'administrator who took it there. Returns 403 otherwise. Each request is recorded in the audit log.',
          params: IdParams,
          response: { 200: BankDetailsBody },
        },
        config: {
          access: ['admin'],
          permission: 'payouts:read-bank-details',
          stepUp: true,
          errors: [notFound, forbidden],
        },
      },
      async (request) => {
        const id = request.params.id;
        return presentBankDetails(id, await service.revealBankDetails(id, callerOf(request)));
      },
    );

    server.patch(
      '/payouts/:id/process',
      {
        schema: {
          tags: ['payouts'],
          summary: 'Change the status of a payout',
          description:
            'Before `processing` and before `completed` the platform reviews the owner. Returns 409 `PAYOUT_BLOCKED` ' +
            'if the account is not active, the available balance is negative, a purchase is held for review, or one ' +
            'was reversed for fraud after the request. `failed` and `returned` put the amount back into the ' +
            'available balance; `returned` is for a completed payout that the bank sent back. Returns 403 with the ' +
            'reason `own` for your own payout, and with `four_eyes` if a payout above `FOUR_EYES_ABOVE` is completed ' +
            'by the administrator who took it to `processing`, or without `processing`.',
          params: IdParams,
          body: PayoutMoveBody,
          response: { 200: PayoutBody },
        },
        config: {
          access: ['admin'],
          permission: 'payouts:process',
          errors: [notFound, forbidden, ruleViolation, payoutInvalidTransition, payoutBlocked],
        },
      },
      async (request) => {
        const { status: to, external_reference: externalReference, reason } = request.body;
        const payoutId = request.params.id;
        const move = { actor: callerOf(request), payoutId, to, externalReference, reason };
        return presentPayout(await service.movePayout(move));
      },
    );
  };
}
