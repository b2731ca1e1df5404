import { notFound, ruleViolation } from '../../../core/errors.ts';
import { callerOf } from '../../../core/http/authentication.ts';
import { presentPage, readPage } from '../../../core/http/pagination.ts';
import type { Routes } from '../../../core/http/route.ts';
import { flagScopeIdRequired } from './errors.ts';
import { subjectOf } from './policies.ts';
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
          summary: 'Set a feature flag',
          description:
            'Switches the flag on or off for one scope and replaces its previous setting. The narrowest scope wins: user, then merchant, then global. A flag without a setting is on.',
          params: FlagParams,
          body: FlagSettingInput,
          response: { 200: FlagBody },
        },
        config: {
          access: ['admin'],
          permission: 'feature-flags:write',
          errors: [ruleViolation, flagScopeIdRequired, notFound],
        },
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
          summary: 'Show a feature flag',
          description:
            'Shows the setting of one scope. The scope defaults to `global`. `GET /feature-flags?key=` lists all scopes.',
          params: FlagParams,
          querystring: FlagScopeQuery,
          response: { 200: FlagBody },
        },
        config: { access: ['admin'], errors: [ruleViolation, flagScopeIdRequired, notFound] },
      },
      async ({ params, query }) => presentFlag(await service.getFlag(params.key, readScope(query))),
    );

    server.delete(
      '/feature-flags/:key',
      {
        schema: {
          tags: ['feature-flags'],
          summary: 'Remove a feature flag',
          description: 'Removes the setting of one scope. The next wider scope then decides.',
          params: FlagParams,
          querystring: FlagScopeQuery,
        },
        config: {
          access: ['admin'],
          permission: 'feature-flags:write',
          errors: [ruleViolation, flagScopeIdRequired, notFound],
        },
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
          summary: 'List feature flags, newest first',
          querystring: FlagQuery,
          response: { 200: FlagPage },
        },
        config: { access: ['admin'] },
      },
      async ({ query }) => {
        const filter = {
          keys: query.key,
          scopeTypes: query.scope_type,
          scopeIds: query.scope_id,
        };
        return presentPage(query, await service.listFlags(filter, readPage(query)), presentFlag);
      },
    );

    server.get(
      '/feature-flags/:key/evaluate',
      {
        schema: {
          tags: ['feature-flags'],
          summary: 'Evaluate a feature flag',
          description:
            'Returns whether the flag is on for a user and a merchant, and the scope that decides. `scope_type` and `scope_id` name one of them, too.',
          params: FlagParams,
          querystring: FlagSubjectQuery,
          response: { 200: FlagDecisionBody },
        },
        config: { access: ['admin'], errors: [ruleViolation, flagScopeIdRequired] },
      },
      async ({ params: { key }, query }) => {
        const ids = { userId: query.user_id, merchantId: query.merchant_id };
        const subject = subjectOf(readScope(query), ids);
        return presentDecision(key, await service.explainFlag(key, subject));
      },
    );
  };
}
