import type { FastifyRequest } from 'fastify';
import type { Caller } from '../../../core/caller.ts';
import { rateLimited, unsupportedCurrency } from '../../../core/errors.ts';
import { callerOf } from '../../../core/http/authentication.ts';
import { LIST_TYPES } from '../../../core/http/body.ts';
import { itemReader, workOnItems } from '../../../core/http/items.ts';
import type { LimitRate } from '../../../core/http/rate-limit.ts';
import type { Routes } from '../../../core/http/route.ts';
import { walletFull } from '../../money/wallets/index.ts';
import { duplicatePurchase, merchantNotEligible, offerNotAvailable, userNotEligible } from './errors.ts';
import {
  AcceptedBody,
  BatchBody,
  BatchResult,
  presentAccepted,
  presentBatch,
  SubmissionBody,
  toSubmission,
} from './report-schemas.ts';
import { BATCH_LIMIT_BYTES } from './schemas.ts';
import type { PurchaseService } from './service.ts';

/** Report one purchase, or many. */
export function reportRoutes(
  service: PurchaseService,
  deps: {
    readonly limitRate: LimitRate;
    readonly perMinutePerUser: number;
    readonly perMinutePerPartner: number;
  },
): Routes {
  const { limitRate } = deps;

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
          isFull: service.isReportingFull,
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
        const accepted = await service.reportPurchase(toSubmission(request.body, callerOf(request)));
        return reply.code(201).send(presentAccepted(accepted));
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
          isFull: service.isReportingFull,
          errors: [rateLimited],
          limits: limitPurchases,
          items: SubmissionBody,
        },
      },
      async (request) => {
        const caller = callerOf(request);
        const outcomes = await workOnItems(request.body.map(readSubmission), (bodies) =>
          service.reportPurchases(bodies.map((body) => toSubmission(body, caller))),
        );
        return presentBatch(request.body, outcomes, request.id);
      },
    );
  };
}

function callerOfType(type: Caller['type']) {
  return (request: FastifyRequest) => {
    const caller = callerOf(request);
    return caller.type === type ? caller.id : undefined;
  };
}
