import type { FastifyRequest } from 'fastify';
import type { Caller } from '../../../core/caller.ts';
import { notFound, rateLimited, unsupportedCurrency } from '../../../core/errors.ts';
import { callerOf } from '../../../core/http/authentication.ts';
import { LIST_TYPES } from '../../../core/http/body.ts';
import { itemReader, workOnItems } from '../../../core/http/items.ts';
import { presentCursorPage, readPage } from '../../../core/http/pagination.ts';
import type { LimitRate } from '../../../core/http/rate-limit.ts';
import type { Routes } from '../../../core/http/route.ts';
import { IdParams } from '../../../core/http/schemas.ts';
import { isId } from '../../../core/id.ts';
import { onlyValue } from '../../../core/outcome.ts';
import type { Batcher } from '../../../core/overload/batcher.ts';
import { walletFull } from '../../money/wallets/index.ts';
import {
  duplicatePurchase,
  invalidPurchaseStatus,
  merchantNotEligible,
  offerNotAvailable,
  purchaseAlreadyReversed,
  purchaseNotHeld,
  purchaseNotPending,
  purchaseOnHold,
  userNotEligible,
} from './errors.ts';
import type { PurchaseSubmission, RewardedPurchase, Settlement } from './model.ts';
import { requirePurchaseStatus } from './policies.ts';
import type { ReleasePurchase } from './review.ts';
import {
  AcceptedBody,
  BatchBody,
  BatchResult,
  ConfirmationBody,
  OwnPurchaseQuery,
  PurchasePage,
  PurchaseQuery,
  presentAccepted,
  presentBatch,
  presentConfirmation,
  presentPurchase,
  presentRelease,
  presentReversal,
  presentRewardedPurchase,
  presentSettlements,
  ReleasedBody,
  ReversalBody,
  ReversedBody,
  RewardedPurchaseBody,
  RewardedPurchasePage,
  SettlementItem,
  SettlementsBody,
  SettlementsResult,
  SubmissionBody,
  toSettlement,
  toSubmission,
} from './schemas.ts';
import type { PurchaseService } from './service.ts';

const BATCH_LIMIT_BYTES = 1024 * 1024;

export function purchaseRoutes(deps: {
  readonly service: PurchaseService;
  readonly releasePurchase: ReleasePurchase;
  /** Requests travel in batches: what arrives while a batch is being written leaves together with the next one. */
  readonly ingestion: Batcher<PurchaseSubmission, RewardedPurchase>;
  readonly settlement: Batcher<Settlement, RewardedPurchase>;
  readonly limitRate: LimitRate;
  readonly perMinutePerUser: number;
  readonly perMinutePerPartner: number;
}): Routes {
  const { service, releasePurchase, ingestion, settlement, limitRate } = deps;

  return (server) => {
    /** By purchases, not by requests: a batch counts for its items. Administrators are not limited. */
    const limitPurchases = [
      limitRate({
        name: 'purchases by user',
        perMinute: deps.perMinutePerUser,
        keyOf: callerOfType('user'),
        weightOf: ({ itemCount }) => itemCount,
      }),
      limitRate({
        name: 'purchases by partner',
        perMinute: deps.perMinutePerPartner,
        keyOf: callerOfType('partner'),
        weightOf: ({ itemCount }) => itemCount,
      }),
    ];

    server.post(
      '/purchases',
      {
        schema: {
          tags: ['purchases'],
          summary: 'Report a purchase',
          description:
            'Records it, computes its reward and holds that as pending. Users report their own only. Limited per user and per partner.',
          body: SubmissionBody,
          response: { 201: AcceptedBody },
        },
        config: {
          access: ['user', 'admin', 'partner'],
          scope: 'purchases:write',
          isFull: ingestion.isFull,
          errors: [
            duplicatePurchase,
            unsupportedCurrency,
            userNotEligible,
            merchantNotEligible,
            offerNotAvailable,
            walletFull,
            rateLimited,
          ],
          limits: limitPurchases,
        },
      },
      async (request, reply) => {
        const outcomes = await ingestion.submit([toSubmission(request.body, callerOf(request))]);
        return reply.code(201).send(presentAccepted(onlyValue(outcomes)));
      },
    );

    const readSubmission = itemReader(SubmissionBody);
    server.post(
      '/purchases/batch',
      {
        bodyLimit: BATCH_LIMIT_BYTES,
        schema: {
          tags: ['purchases'],
          summary: 'Report many purchases',
          description:
            'Each item answers for itself, in order; a bad one never fails the others. Limited by items, a batch as a whole.',
          consumes: LIST_TYPES,
          body: BatchBody,
          response: { 200: BatchResult },
        },
        config: {
          access: ['admin', 'partner'],
          scope: 'purchases:write',
          isFull: ingestion.isFull,
          errors: [rateLimited],
          limits: limitPurchases,
          items: SubmissionBody,
        },
      },
      async (request) => {
        const caller = callerOf(request);
        const outcomes = await workOnItems(request.body.map(readSubmission), (bodies) =>
          ingestion.submit(bodies.map((body) => toSubmission(body, caller))),
        );
        return presentBatch(request.body, outcomes, request.id);
      },
    );

    const readSettlement = itemReader(SettlementItem);
    server.post(
      '/purchases/settlements',
      {
        bodyLimit: BATCH_LIMIT_BYTES,
        schema: {
          tags: ['purchases'],
          summary: 'Confirm and reverse many purchases',
          description:
            'Each item answers for itself, in order; a bad one never fails the others. Partners settle purchases that they sent.',
          consumes: LIST_TYPES,
          body: SettlementsBody,
          response: { 200: SettlementsResult },
        },
        config: {
          access: ['admin', 'partner'],
          scope: 'purchases:settle',
          isFull: settlement.isFull,
          items: SettlementItem,
        },
      },
      async (request) => {
        const caller = callerOf(request);
        const outcomes = await workOnItems(request.body.map(readSettlement), (bodies) =>
          settlement.submit(bodies.map((body) => toSettlement(body, caller))),
        );
        return presentSettlements(request.body, outcomes, request.id);
      },
    );

    server.get(
      '/purchases',
      {
        schema: {
          tags: ['purchases'],
          summary: 'List purchases, newest first',
          querystring: PurchaseQuery,
          response: { 200: PurchasePage },
        },
        config: { access: ['admin'], errors: [invalidPurchaseStatus] },
      },
      async ({ query }) => {
        const filter = {
          status: query.status === undefined ? undefined : requirePurchaseStatus(query.status),
          userId: query.user_id,
          merchantId: query.merchant_id,
          held: query.held,
          from: query.start_date,
          to: query.end_date,
        };
        return presentCursorPage(
          query,
          await service.listPurchases(filter, readPage(query, isId)),
          presentPurchase,
        );
      },
    );

    server.get(
      '/users/me/purchases',
      {
        schema: {
          tags: ['purchases'],
          summary: 'List your purchases, newest first',
          querystring: OwnPurchaseQuery,
          response: { 200: RewardedPurchasePage },
        },
        config: { access: ['user', 'admin'], errors: [invalidPurchaseStatus] },
      },
      async (request) => {
        const { query } = request;
        const status = query.status === undefined ? undefined : requirePurchaseStatus(query.status);
        const filter = { userId: callerOf(request).id, status };
        const page = await service.listRewardedPurchases(filter, readPage(query, isId));
        return presentCursorPage(query, page, presentRewardedPurchase);
      },
    );

    server.get(
      '/purchases/:id',
      {
        schema: {
          tags: ['purchases'],
          summary: 'Show a purchase and its reward',
          params: IdParams,
          response: { 200: RewardedPurchaseBody },
        },
        config: { access: ['user', 'admin', 'partner'], scope: 'purchases:write', errors: [notFound] },
      },
      async (request) =>
        presentRewardedPurchase(await service.getPurchase(request.params.id, callerOf(request))),
    );

    server.post(
      '/purchases/:id/confirmation',
      {
        schema: {
          tags: ['purchases'],
          summary: 'Confirm a purchase: its reward becomes available',
          params: IdParams,
          response: { 200: ConfirmationBody },
        },
        config: {
          access: ['admin', 'partner'],
          scope: 'purchases:settle',
          isFull: settlement.isFull,
          errors: [notFound, purchaseNotPending, purchaseOnHold],
        },
      },
      async (request) => {
        const purchaseId = request.params.id.toLowerCase();
        const outcomes = await settlement.submit([{ actor: callerOf(request), purchaseId, to: 'confirmed' }]);
        return presentConfirmation(onlyValue(outcomes));
      },
    );

    server.post(
      '/purchases/:id/release',
      {
        schema: {
          tags: ['purchases'],
          summary: 'Release a purchase that is held for review',
          description: 'It stays pending, and is confirmed like any other. No money moves.',
          params: IdParams,
          response: { 200: ReleasedBody },
        },
        config: { access: ['admin'], errors: [notFound, purchaseNotHeld] },
      },
      async (request) =>
        presentRelease(await releasePurchase(request.params.id.toLowerCase(), callerOf(request))),
    );

    server.route({
      method: ['POST', 'PATCH'],
      url: '/purchases/:id/reverse',
      schema: {
        tags: ['purchases'],
        summary: 'Reverse a purchase: its reward is taken back',
        description: 'Before or after confirmation. Money that was withdrawn by then is owed by the user.',
        params: IdParams,
        body: ReversalBody,
        response: { 200: ReversedBody },
      },
      config: {
        access: ['admin', 'partner'],
        scope: 'purchases:settle',
        isFull: settlement.isFull,
        errors: [notFound, purchaseAlreadyReversed],
      },
      handler: async (request) => {
        const { reason = 'returned' } = request.body;
        const purchaseId = request.params.id.toLowerCase();
        const outcomes = await settlement.submit([
          { actor: callerOf(request), purchaseId, to: 'reversed', reason },
        ]);
        return presentReversal(onlyValue(outcomes));
      },
    });
  };
}

function callerOfType(type: Caller['type']) {
  return (request: FastifyRequest) => {
    const caller = callerOf(request);
    return caller.type === type ? caller.id : undefined;
  };
}
