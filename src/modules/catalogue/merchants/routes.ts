import { notFound } from '../../../core/errors.ts';
import { callerOf } from '../../../core/http/authentication.ts';
import { presentPage, readPage } from '../../../core/http/pagination.ts';
import type { Routes } from '../../../core/http/route.ts';
import { IdParams } from '../../../core/http/schemas.ts';
import { withoutUndefined } from '../../../core/without-undefined.ts';
import { merchantAlreadyExists } from './errors.ts';
import { permittedMerchants } from './policies.ts';
import {
  MerchantBody,
  MerchantChangesBody,
  MerchantPage,
  MerchantQuery,
  MerchantStatus,
  MerchantStatusBody,
  MerchantViewBody,
  NewMerchantBody,
  presentMerchant,
  presentMerchantView,
} from './schemas.ts';
import type { MerchantService } from './service.ts';

export function merchantRoutes(service: MerchantService): Routes {
  return (server) => {
    server.post(
      '/merchants',
      {
        schema: {
          tags: ['merchants'],
          summary: 'Register a merchant',
          body: NewMerchantBody,
          response: { 201: MerchantBody },
        },
        config: { access: ['admin'], permission: 'merchants:write', errors: [merchantAlreadyExists] },
      },
      async (request, reply) => {
        const { name, default_cashback_percentage, confirmation_days = null, active = true } = request.body;
        const input = {
          name,
          defaultCashbackPercentage: default_cashback_percentage,
          confirmationDays: confirmation_days,
          active,
        };
        const merchant = await service.createMerchant(input, callerOf(request));
        return reply.code(201).send(presentMerchant(merchant));
      },
    );

    server.get(
      '/merchants',
      {
        schema: {
          tags: ['merchants'],
          summary: 'List merchants, newest first',
          description: 'A partner gets the merchants for which it may report purchases.',
          querystring: MerchantQuery,
          response: { 200: MerchantPage },
        },
        config: { access: ['admin', 'partner'], scope: 'purchases:read' },
      },
      async (request) => {
        const { query } = request;
        const { active, name } = query;
        const filter = { active, name, ids: permittedMerchants(callerOf(request)) };
        const page = await service.listMerchants(filter, readPage(query));
        return presentPage(query, page, presentMerchantView);
      },
    );

    server.get(
      '/merchants/:id',
      {
        schema: {
          tags: ['merchants'],
          summary: 'Show a merchant',
          params: IdParams,
          response: { 200: MerchantViewBody },
        },
        config: { access: ['admin'], errors: [notFound] },
      },
      async ({ params }) => presentMerchantView(await service.getMerchant(params.id)),
    );

    server.patch(
      '/merchants/:id',
      {
        schema: {
          tags: ['merchants'],
          summary: 'Update a merchant',
          description: 'Changes the name, the default percentage or the days until automatic confirmation.',
          params: IdParams,
          body: MerchantChangesBody,
          response: { 200: MerchantBody },
        },
        config: {
          access: ['admin'],
          permission: 'merchants:write',
          errors: [notFound, merchantAlreadyExists],
        },
      },
      async (request) => {
        const { body } = request;
        const changes = withoutUndefined({
          name: body.name,
          defaultCashbackPercentage: body.default_cashback_percentage,
          confirmationDays: body.confirmation_days,
        });
        return presentMerchant(await service.changeMerchant(request.params.id, changes, callerOf(request)));
      },
    );

    server.patch(
      '/merchants/:id/status',
      {
        schema: {
          tags: ['merchants'],
          summary: 'Activate or deactivate a merchant',
          description:
            'An inactive merchant accepts no new purchases and no new offers. Its existing purchases are still settled.',
          params: IdParams,
          body: MerchantStatusBody,
          response: { 200: MerchantStatus },
        },
        config: { access: ['admin'], permission: 'merchants:write', errors: [notFound] },
      },
      async (request) => {
        const { status } = request.body;
        const { id } = await service.changeMerchant(
          request.params.id,
          { active: status === 'active' },
          callerOf(request),
        );
        return { id, status };
      },
    );
  };
}
