import { notFound, ruleViolation } from '../../../core/errors.ts';
import { callerOf } from '../../../core/http/authentication.ts';
import { presentPage, readPage } from '../../../core/http/pagination.ts';
import type { Routes } from '../../../core/http/route.ts';
import {
  FlagBody,
  FlagDecisionBody,
  FlagPage,
  FlagParams,
  FlagQuery,
  FlagScopeQuery,
  FlagSettingInput,
  FlagSubjectQuery,
  presentDecision,
  presentFlag,
  readScope,
} from './schemas.ts';
import type { FlagService } from './service.ts';

export function flagRoutes(service: FlagService): Routes {
  return (server) => {
    server.put(
      '/feature-flags/:key',
      {
        schema: {
          tags: ['feature-flags'],
          summary: 'Switch a flag on or off, for everybody or for one merchant or user',
          description:
            'Replaces the setting of this scope as a whole. The narrowest scope wins: user over merchant over global; what nobody set is on.',
          params: FlagParams,
          body: FlagSettingInput,
          response: { 200: FlagBody },
        },
        config: { access: ['admin'], errors: [ruleViolation, notFound] },
      },
      async (request) => {
        const { enabled, description = null } = request.body;
        const input = { key: request.params.key, scope: readScope(request.body), enabled, description };
        return presentFlag(await service.setFlag(input, callerOf(request)));
      },
    );

    server.get(
      '/feature-flags/:key',
      {
        schema: {
          tags: ['feature-flags'],
          summary: 'Show the setting of a flag in one scope',
          description: 'The global one unless said otherwise; `GET /feature-flags?key=` lists them all.',
          params: FlagParams,
          querystring: FlagScopeQuery,
          response: { 200: FlagBody },
        },
        config: { access: ['admin'], errors: [ruleViolation, notFound] },
      },
      async ({ params, query }) => presentFlag(await service.getFlag(params.key, readScope(query))),
    );

    server.delete(
      '/feature-flags/:key',
      {
        schema: {
          tags: ['feature-flags'],
          summary: 'Remove the setting of a flag in one scope, so that the next wider one decides',
          params: FlagParams,
          querystring: FlagScopeQuery,
        },
        config: { access: ['admin'], errors: [ruleViolation, notFound] },
      },
      async (request, reply) => {
        await service.removeFlag(request.params.key, readScope(request.query), callerOf(request));
        return reply.code(204).send();
      },
    );

    server.get(
      '/feature-flags',
      {
        schema: {
          tags: ['feature-flags'],
          summary: 'List the settings of flags, newest first',
          querystring: FlagQuery,
          response: { 200: FlagPage },
        },
        config: { access: ['admin'] },
      },
      async ({ query }) => {
        const filter = {
          key: query.key,
          scopeType: query.scope_type,
          scopeId: query.scope_id?.toLowerCase(),
        };
        return presentPage(query, await service.listFlags(filter, readPage(query)), presentFlag);
      },
    );

    server.get(
      '/feature-flags/:key/evaluate',
      {
        schema: {
          tags: ['feature-flags'],
          summary: 'Tell whether a flag is on for a user and a merchant, and which scope decides',
          params: FlagParams,
          querystring: FlagSubjectQuery,
          response: { 200: FlagDecisionBody },
        },
        config: { access: ['admin'] },
      },
      async ({ params: { key }, query }) => {
        const subject = {
          userId: query.user_id?.toLowerCase(),
          merchantId: query.merchant_id?.toLowerCase(),
        };
        return presentDecision(key, await service.explainFlag(key, subject));
      },
    );
  };
}
