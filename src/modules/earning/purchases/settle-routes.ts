import { notFound } from '../../../core/errors.ts';
import { callerOf } from '../../../core/http/authentication.ts';
import { LIST_TYPES } from '../../../core/http/body.ts';
import { itemReader, workOnItems } from '../../../core/http/items.ts';
import type { Routes } from '../../../core/http/route.ts';
import { IdParams } from '../../../core/http/schemas.ts';
import { walletFull } from '../../money/wallets/index.ts';
import {
  amendmentConflict,
  duplicatePurchase,
  purchaseAlreadyReversed,
  purchaseNotHeld,
  purchaseNotPending,
  purchaseOnHold,
} from './errors.ts';
import { BATCH_LIMIT_BYTES, MAX_FIELDS_WITH_LINES } from './schemas.ts';
import type { PurchaseService } from './service.ts';
import {
  AmendedBody,
  AmendmentBody,
  ConfirmationBody,
  MatchBody,
  presentAmended,
  presentConfirmation,
  presentRelease,
  presentReversal,
  presentSettlements,
  ReleasedBody,
  ReversalBody,
  ReversedBody,
  SettlementItem,
  SettlementsBody,
  SettlementsResult,
  toAmendment,
  toSettlement,
} from './settle-schemas.ts';

/** The routes that confirm, reverse, amend and release purchases. */
export function settleRoutes(service: PurchaseService): Routes {
  return (server) => {
    const readSettlement = itemReader(SettlementItem);
    server.post(
      '/purchases/settlements',
      {
        bodyLimit: BATCH_LIMIT_BYTES,
        schema: {
          tags: ['purchases'],
          summary: 'Settle a batch of purchases',
          description:
            'Confirms, reverses or amends each purchase. Each item has its own result, in the order of the request. A refused item does not affect the others. Partners can settle only purchases that they reported. If another source decides about a purchase, your statement is kept as evidence, and the result shows what is decided.',
          consumes: LIST_TYPES,
          body: SettlementsBody,
          response: { 200: SettlementsResult },
        },
        config: {
          access: ['admin', 'partner'],
          permission: 'purchases:settle',
          scope: 'purchases:settle',
          maxFields: MAX_FIELDS_WITH_LINES,
          isFull: service.isSettlingFull,
          items: SettlementItem,
        },
      },
      async (request) => {
        const caller = callerOf(request);
        const outcomes = await workOnItems(request.body.map(readSettlement), (bodies) =>
          service.settlePurchases(bodies.map((body) => toSettlement(body, caller))),
        );
        return presentSettlements(request.body, outcomes, request.id);
      },
    );

    server.post(
      '/purchases/:id/confirmation',
      {
        schema: {
          tags: ['purchases'],
          summary: 'Confirm a purchase',
          description:
            'Makes its reward available. If a ceiling limits what becomes available on a day and no room is left, the purchase is confirmed and `awaiting_release`. Returns 400 if the purchase is not pending.',
          params: IdParams,
          response: { 200: ConfirmationBody },
        },
        config: {
          access: ['admin', 'partner'],
          permission: 'purchases:settle',
          scope: 'purchases:settle',
          isFull: service.isSettlingFull,
          errors: [notFound, purchaseNotPending, purchaseOnHold],
        },
      },
      async (request) => {
        const purchaseId = request.params.id;
        return presentConfirmation(await service.confirmPurchase(purchaseId, callerOf(request)));
      },
    );

    server.post(
      '/purchases/:id/amendments',
      {
        schema: {
          tags: ['purchases'],
          summary: 'Amend a purchase',
          description:
            'Changes the amount, for example after a partial return. The reward follows by the terms of its recording. If the user has withdrawn it, the available balance may become negative. Partners can amend only purchases that they reported.',
          params: IdParams,
          body: AmendmentBody,
          response: { 200: AmendedBody },
        },
        config: {
          access: ['admin', 'partner'],
          permission: 'purchases:settle',
          scope: 'purchases:settle',
          maxFields: MAX_FIELDS_WITH_LINES,
          isFull: service.isSettlingFull,
          errors: [notFound, purchaseAlreadyReversed, amendmentConflict, walletFull],
        },
      },
      async (request) => {
        const amendment = toAmendment(request.body);
        return presentAmended(await service.amendPurchase(request.params.id, amendment, callerOf(request)));
      },
    );

    server.post(
      '/purchases/:id/match',
      {
        schema: {
          tags: ['purchases'],
          summary: 'Match a purchase with another one',
          description:
            'Both are one order that two sources reported. The other purchase is reversed as a duplicate, and its source can settle this one by its own external id. The source that counts more decides on the amount: a partner or an administrator more than the shopper, of equals the first.',
          params: IdParams,
          body: MatchBody,
          response: { 200: AmendedBody },
        },
        config: {
          access: ['admin'],
          permission: 'purchases:settle',
          isFull: service.isSettlingFull,
          errors: [notFound, purchaseNotPending, purchaseAlreadyReversed, duplicatePurchase, walletFull],
        },
      },
      async (request) => {
        const { purchase_id: twinId, reason } = request.body;
        const { id } = request.params;
        return presentAmended(await service.matchPurchase(id, { twinId, reason }, callerOf(request)));
      },
    );

    server.post(
      '/purchases/:id/release',
      {
        schema: {
          tags: ['purchases'],
          summary: 'Release a held purchase',
          description:
            'Ends the review. The purchase stays pending and can be confirmed like any other. No money moves.',
          params: IdParams,
          response: { 200: ReleasedBody },
        },
        config: { access: ['admin'], permission: 'purchases:settle', errors: [notFound, purchaseNotHeld] },
      },
      async (request) => presentRelease(await service.releasePurchase(request.params.id, callerOf(request))),
    );

    server.route({
      method: ['POST', 'PATCH'],
      url: '/purchases/:id/reverse',
      schema: {
        tags: ['purchases'],
        summary: 'Reverse a purchase',
        description:
          'Takes the reward back, before or after the confirmation. If the user has withdrawn the reward, the available balance becomes negative.',
        params: IdParams,
        body: ReversalBody,
        response: { 200: ReversedBody },
      },
      config: {
        access: ['admin', 'partner'],
        permission: 'purchases:settle',
        scope: 'purchases:settle',
        isFull: service.isSettlingFull,
        errors: [notFound, purchaseAlreadyReversed],
      },
      handler: async (request) => {
        const { reason = 'returned' } = request.body;
        const purchaseId = request.params.id;
        return presentReversal(await service.reversePurchase(purchaseId, reason, callerOf(request)));
      },
    });
  };
}
