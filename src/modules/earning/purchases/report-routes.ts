import type { FastifyRequest } from 'fastify';
import type { Caller } from '../../../core/caller.ts';
import { type DomainError, rateLimited } from '../../../core/errors.ts';
import { callerOf } from '../../../core/http/authentication.ts';
import { LIST_TYPES } from '../../../core/http/body.ts';
import { asDomainError } from '../../../core/http/errors.ts';
import { itemReader, nameOfItem, workOnItems } from '../../../core/http/items.ts';
import type { LimitRate } from '../../../core/http/rate-limit.ts';
import type { Routes } from '../../../core/http/route.ts';
import { unsupportedCurrency } from '../../../core/money.ts';
import { walletFull } from '../../money/wallets/index.ts';
import {
  ambiguousReference,
  duplicatePurchase,
  eventTooOld,
  merchantNotEligible,
  offerNotAvailable,
  userNotEligible,
} from './errors.ts';
import {
  AcceptedBody,
  BatchBody,
  BatchResult,
  presentAccepted,
  presentBatch,
  SubmissionBody,
  toReport,
} from './report-schemas.ts';
import { BATCH_LIMIT_BYTES, MAX_FIELDS_WITH_LINES } from './schemas.ts';
import type { PurchaseService } from './service.ts';

/** Notes that a report of a partner was answered with an error. Never waits and never fails. */
export type NoteRefusal = (report: {
  readonly partnerId: string;
  /** As it was sent. Null if it could not be read. */
  readonly externalId: string | null;
  readonly error: DomainError;
  readonly requestId: string;
}) => void;

/** Routes that report one purchase or many. */
export function reportRoutes(
  service: PurchaseService,
  deps: {
    readonly limitRate: LimitRate;
    readonly perMinutePerUser: number;
    readonly perMinutePerPartner: number;
    readonly noteRefusal: NoteRefusal;
  },
): Routes {
  const { limitRate } = deps;

  /** Of one report in the request. Nothing is noted of a request whose body was never read. */
  function noteRefused(
    { authenticatedCaller, id: requestId }: FastifyRequest,
    report: unknown,
    error: unknown,
  ) {
    if (authenticatedCaller?.type !== 'partner' || report === undefined || report === null) return;
    deps.noteRefusal({
      partnerId: authenticatedCaller.id,
      externalId: nameOfItem(report, 'external_id'),
      error: asDomainError(error, requestId),
      requestId,
    });
  }

  return (server) => {
    /** Counts purchases, not requests: a batch counts as its number of items. Administrators are not limited. */
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
            "Records the purchase and credits its reward as pending. Users can report only their own purchases. `user_reference` names the user by the operator's own reference instead of `user_id`. An order that another source reported with the same `order_reference` is rewarded once: the answer has the id of its purchase and `matched: true`. Returns 429 if the user or the partner exceeds the limit per minute.",
          body: SubmissionBody,
          response: { 201: AcceptedBody },
        },
        config: {
          access: ['user', 'admin', 'partner'],
          permission: 'purchases:write',
          scope: 'purchases:write',
          maxFields: MAX_FIELDS_WITH_LINES,
          isFull: service.isReportingFull,
          errors: [
            duplicatePurchase,
            ambiguousReference,
            unsupportedCurrency,
            userNotEligible,
            merchantNotEligible,
            offerNotAvailable,
            eventTooOld,
            walletFull,
            rateLimited,
          ],
          limits: limitPurchases,
        },
        onError: async (request, _reply, error) => noteRefused(request, request.body, error),
      },
      async (request, reply) => {
        const accepted = await service.reportPurchase(toReport(request.body, callerOf(request)));
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
          summary: 'Report a batch of purchases',
          description:
            'Each item has its own result, in the order of the request. A refused item does not affect the others. Returns 429 if the items exceed the limit per minute.',
          consumes: LIST_TYPES,
          body: BatchBody,
          response: { 200: BatchResult },
        },
        config: {
          access: ['admin', 'partner'],
          permission: 'purchases:write',
          scope: 'purchases:write',
          maxFields: MAX_FIELDS_WITH_LINES,
          isFull: service.isReportingFull,
          errors: [rateLimited],
          limits: limitPurchases,
          items: SubmissionBody,
        },
      },
      async (request) => {
        const caller = callerOf(request);
        const outcomes = await workOnItems(request.body.map(readSubmission), (bodies) =>
          service.reportPurchases(bodies.map((body) => toReport(body, caller))),
        );
        for (const [index, outcome] of outcomes.entries())
          if (!outcome.ok) noteRefused(request, request.body[index], outcome.error);
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
