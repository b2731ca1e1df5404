import type { Static } from 'typebox';
import type { PartnerCaller } from '../../../core/caller.ts';
import { notFound } from '../../../core/errors.ts';
import { callerOf } from '../../../core/http/authentication.ts';
import { presentCursorPage, readPage } from '../../../core/http/pagination.ts';
import type { Routes } from '../../../core/http/route.ts';
import { IdParams } from '../../../core/http/schemas.ts';
import { isId } from '../../../core/id.ts';
import { normalizeIdentifier } from '../../../core/identifier.ts';
import { distinct } from '../../../core/lists.ts';
import type { PageOf } from '../../../core/page.ts';
import { isPlace } from './changes.ts';
import { invalidPurchaseStatus } from './errors.ts';
import { orderKeyOf, type PartnerFilter, type Purchase } from './model.ts';
import { requireAdminQuery, requirePartnerQuery, requirePurchaseStatus } from './policies.ts';
import {
  PurchaseDetailBody,
  PurchasePage,
  PurchaseQuery,
  presentPurchase,
  presentPurchaseDetail,
  presentStaffPurchase,
} from './read-schemas.ts';
import type { PurchaseService } from './service.ts';

/** Routes that show and list purchases. */
export function readRoutes(service: PurchaseService): Routes {
  function listOfPartner(
    caller: PartnerCaller,
    query: Static<typeof PurchaseQuery>,
    filter: PartnerFilter,
  ): Promise<PageOf<Purchase>> {
    const { updated_since } = query;
    if (updated_since === undefined) return service.listOfPartner(caller, filter, readPage(query, isId));
    const since = Temporal.Instant.from(updated_since);
    return service.listChangedOfPartner(caller, { since, filter }, readPage(query, isPlace));
  }

  return (server) => {
    server.get(
      '/purchases',
      {
        schema: {
          tags: ['purchases'],
          summary: 'List purchases',
          description:
            'A partner gets the purchases that it has reported, first or after another source, each under its own external id. The parameters `partner_id`, `source`, `overdue` and `order` are for administrators, and so are the fields from `user_email` on.',
          querystring: PurchaseQuery,
          response: { 200: PurchasePage },
        },
        config: {
          access: ['admin', 'partner'],
          scope: 'purchases:read',
          showsPersonalData: true,
          errors: [invalidPurchaseStatus],
        },
      },
      async (request) => {
        const { query } = request;
        const caller = callerOf(request);
        const filter = {
          statuses: query.status?.map(requirePurchaseStatus),
          userIds: query.user_id,
          merchantIds: query.merchant_id,
          // Older ids were recorded as they were sent.
          externalIds: query.external_id?.flatMap((sent) => distinct([sent, normalizeIdentifier(sent)])),
          orderKeys: query.order_id?.map(orderKeyOf),
          held: query.held,
          from: query.start_date,
          to: query.end_date,
        };
        if (caller.type === 'partner') {
          requirePartnerQuery(query);
          return presentCursorPage(query, await listOfPartner(caller, query, filter), presentPurchase);
        }
        requireAdminQuery(query);
        const page = readPage(query, isId);
        const ofSources = {
          ...filter,
          partnerIds: query.partner_id,
          sources: query.source,
          isOverdue: query.overdue,
        };
        return presentCursorPage(query, await service.listForStaff(ofSources, page), presentStaffPurchase);
      },
    );

    server.get(
      '/purchases/:id',
      {
        schema: {
          tags: ['purchases'],
          summary: 'Show a purchase and its reward',
          params: IdParams,
          response: { 200: PurchaseDetailBody },
        },
        config: { access: ['user', 'admin', 'partner'], scope: 'purchases:read', errors: [notFound] },
      },
      async (request) =>
        presentPurchaseDetail(await service.getPurchase(request.params.id, callerOf(request))),
    );
  };
}
