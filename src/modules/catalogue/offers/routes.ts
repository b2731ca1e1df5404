import { notFound, ruleViolation } from '../../../core/errors.ts';
import { callerOf } from '../../../core/http/authentication.ts';
import { presentPage, readPage } from '../../../core/http/pagination.ts';
import type { Routes } from '../../../core/http/route.ts';
import { activeOf, IdParams } from '../../../core/http/schemas.ts';
import { unsupportedCurrency } from '../../../core/money.ts';
import { merchantNotActive, permittedMerchants } from '../merchants/index.ts';
import { activeOfferAlreadyExists } from './errors.ts';
import {
  ActiveOfferPage,
  ActiveOfferQuery,
  NewOfferBody,
  OfferBody,
  OfferChangesBody,
  OfferDetailBody,
  OfferPage,
  OfferQuery,
  OfferStatus,
  OfferStatusBody,
  presentListedOffer,
  presentOffer,
  presentOfferDetail,
  presentShownOffer,
} from './schemas.ts';
import type { OfferService } from './service.ts';

export function offerRoutes(service: OfferService, defaultCurrency: string): Routes {
  return (server) => {
    server.post(
      '/offers',
      {
        schema: {
          tags: ['offers'],
          summary: 'Create an offer',
          description:
            'The offer is active immediately. Returns 409 if its dates overlap those of another active offer of the merchant.',
          body: NewOfferBody,
          response: { 201: OfferBody },
        },
        config: {
          access: ['admin'],
          permission: 'offers:write',
          errors: [ruleViolation, notFound, activeOfferAlreadyExists, merchantNotActive, unsupportedCurrency],
        },
      },
      async (request, reply) => {
        const { body } = request;
        const proposal = {
          merchantId: body.merchant_id,
          cashbackType: body.cashback_type,
          cashbackValue: body.cashback_value,
          currency: body.currency ?? defaultCurrency,
          monthlyCap: body.monthly_cap ?? null,
          startDate: body.start_date,
          endDate: body.end_date,
          ...(body.continues !== undefined && { continues: body.continues }),
          ...(body.cap_refill !== undefined && { capRefill: body.cap_refill }),
        };
        const offer = await service.createOffer(proposal, callerOf(request));
        return reply.code(201).send(presentOffer(offer));
      },
    );

    server.get(
      '/offers',
      {
        schema: {
          tags: ['offers'],
          summary: 'List offers, newest first',
          description:
            'Shoppers and partners get only the offers that are valid today. Partners get only those of merchants for which they may report purchases.',
          querystring: OfferQuery,
          response: { 200: OfferPage },
        },
        config: { access: ['user', 'admin', 'partner'], scope: 'purchases:read' },
      },
      async (request) => {
        const { query } = request;
        const caller = callerOf(request);
        const filter = {
          active: activeOf(query.status),
          merchantIds: permittedMerchants(caller, query.merchant_id),
          from: query.date_from,
          to: query.date_to,
        };
        const list = caller.type === 'admin' ? service.listOffers : service.listVisibleOffers;
        return presentPage(query, await list(filter, readPage(query)), presentListedOffer);
      },
    );

    server.get(
      '/offers/active',
      {
        schema: {
          tags: ['offers'],
          summary: 'List the offers that are valid today',
          querystring: ActiveOfferQuery,
          response: { 200: ActiveOfferPage },
        },
        config: { access: ['user', 'admin'] },
      },
      async (request) => {
        const { query } = request;
        const { id } = callerOf(request);
        const filter = { merchantName: query.q };
        return presentPage(
          query,
          await service.listShownOffers(id, filter, readPage(query)),
          presentShownOffer,
        );
      },
    );

    server.get(
      '/offers/:id',
      {
        schema: {
          tags: ['offers'],
          summary: 'Show an offer',
          description: 'Returns 404 to a shopper if the offer is not valid today.',
          params: IdParams,
          response: { 200: OfferDetailBody },
        },
        config: { access: ['user', 'admin'], errors: [notFound] },
      },
      async (request) => {
        const get = callerOf(request).type === 'admin' ? service.getOffer : service.getVisibleOffer;
        return presentOfferDetail(await get(request.params.id));
      },
    );

    server.patch(
      '/offers/:id',
      {
        schema: {
          tags: ['offers'],
          summary: 'Extend an offer',
          description: 'Moves the last day on. Shoppers keep what they have used of the cap.',
          params: IdParams,
          body: OfferChangesBody,
          response: { 200: OfferBody },
        },
        config: {
          access: ['admin'],
          permission: 'offers:write',
          errors: [ruleViolation, notFound, activeOfferAlreadyExists],
        },
      },
      async (request) =>
        presentOffer(await service.extendOffer(request.params.id, request.body.end_date, callerOf(request))),
    );

    server.patch(
      '/offers/:id/status',
      {
        schema: {
          tags: ['offers'],
          summary: 'Activate or deactivate an offer',
          description:
            'From now on. Purchases made before are rewarded as they would have been, however late they are reported.',
          params: IdParams,
          body: OfferStatusBody,
          response: { 200: OfferStatus },
        },
        config: {
          access: ['admin'],
          permission: 'offers:write',
          errors: [ruleViolation, notFound, activeOfferAlreadyExists],
        },
      },
      async (request) => {
        const { status, effective_from } = request.body;
        const { id } = await service.setOfferActive(
          request.params.id,
          status === 'active',
          effective_from === undefined ? undefined : Temporal.Instant.from(effective_from),
          callerOf(request),
        );
        return { id, status };
      },
    );
  };
}
