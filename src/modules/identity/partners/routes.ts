import { notFound, ruleViolation } from '../../../core/errors.ts';
import { callerOf } from '../../../core/http/authentication.ts';
import { presentPage, readPage } from '../../../core/http/pagination.ts';
import type { Routes } from '../../../core/http/route.ts';
import { IdParams } from '../../../core/http/schemas.ts';
import { withoutUndefined } from '../../../core/without-undefined.ts';
import { partnerAlreadyExists } from './errors.ts';
import { MAX_MERCHANTS } from './model.ts';
import {
  CreatedPartnerBody,
  IssuedKeyBody,
  KeyPage,
  KeyParams,
  KeyQuery,
  MerchantsBody,
  NewKeyBody,
  NewPartnerBody,
  PartnerBody,
  PartnerChangesBody,
  PartnerPage,
  PartnerQuery,
  PartnerStatus,
  PartnerStatusBody,
  PartnerUseBody,
  presentIssuedKey,
  presentKey,
  presentPartner,
  presentPartnerUse,
  RotationBody,
  SigningSecretBody,
} from './schemas.ts';
import type { PartnerService } from './service.ts';

export function partnerRoutes(service: PartnerService): Routes {
  return (server) => {
    server.post(
      '/partners',
      {
        schema: {
          tags: ['partners'],
          summary: 'Register a partner',
          description:
            'If the partner must sign its requests, the response contains its signing secret. The secret is shown only once.',
          body: NewPartnerBody,
          response: { 201: CreatedPartnerBody },
        },
        config: { access: ['admin'], permission: 'partners:write', errors: [partnerAlreadyExists] },
      },
      async (request, reply) => {
        const {
          name,
          signature_required: signatureRequired = false,
          external_id_scope: externalIdScope = 'partner',
        } = request.body;
        const input = { name, signatureRequired, externalIdScope };
        const created = await service.createPartner(input, callerOf(request));
        const body = { ...presentPartner(created.partner), signing_secret: created.signingSecret };
        return reply.code(201).send(body);
      },
    );

    server.get(
      '/partners',
      {
        schema: {
          tags: ['partners'],
          summary: 'List partners, newest first',
          querystring: PartnerQuery,
          response: { 200: PartnerPage },
        },
        config: { access: ['admin'] },
      },
      async ({ query }) =>
        presentPage(
          query,
          await service.listPartners({ active: query.active, name: query.name }, readPage(query)),
          presentPartnerUse,
        ),
    );

    server.get(
      '/partners/:id',
      {
        schema: {
          tags: ['partners'],
          summary: 'Show a partner',
          params: IdParams,
          response: { 200: PartnerUseBody },
        },
        config: { access: ['admin'], errors: [notFound] },
      },
      async ({ params }) => presentPartnerUse(await service.getPartnerUse(params.id)),
    );

    server.patch(
      '/partners/:id',
      {
        schema: {
          tags: ['partners'],
          summary: 'Update a partner',
          description:
            'Changes the name, whether the partner must sign its requests, and where its external ids are unique. Returns 400 if signatures become required and the partner has no signing secret, or if `external_id_scope` would go back from `merchant` to `partner`.',
          params: IdParams,
          body: PartnerChangesBody,
          response: { 200: PartnerBody },
        },
        config: {
          access: ['admin'],
          permission: 'partners:write',
          errors: [notFound, partnerAlreadyExists, ruleViolation],
        },
      },
      async (request) => {
        const {
          name,
          signature_required: signatureRequired,
          external_id_scope: externalIdScope,
        } = request.body;
        const changes = withoutUndefined({ name, signatureRequired, externalIdScope });
        return presentPartner(await service.changePartner(request.params.id, changes, callerOf(request)));
      },
    );

    server.put(
      '/partners/:id/merchants',
      {
        schema: {
          tags: ['partners'],
          summary: 'Set the merchants of a partner',
          description:
            'The partner may report, settle and amend purchases of these merchants only. Replaces the previous list. Returns 422 if a merchant does not exist.',
          params: IdParams,
          body: MerchantsBody,
          response: { 200: PartnerBody },
        },
        config: {
          access: ['admin'],
          permission: 'partners:write',
          errors: [notFound],
          maxFields: 2 * MAX_MERCHANTS,
        },
      },
      async (request) => {
        const { merchant_ids: merchantIds } = request.body;
        return presentPartner(await service.setMerchants(request.params.id, merchantIds, callerOf(request)));
      },
    );

    server.patch(
      '/partners/:id/status',
      {
        schema: {
          tags: ['partners'],
          summary: 'Activate or deactivate a partner',
          description: 'The keys of an inactive partner get 401. Its purchases do not change.',
          params: IdParams,
          body: PartnerStatusBody,
          response: { 200: PartnerStatus },
        },
        config: { access: ['admin'], permission: 'partners:write', errors: [notFound] },
      },
      async (request) => {
        const { status } = request.body;
        const changes = { active: status === 'active' };
        const { id } = await service.changePartner(request.params.id, changes, callerOf(request));
        return { id, status };
      },
    );

    server.post(
      '/partners/:id/signing-secret',
      {
        schema: {
          tags: ['partners'],
          summary: 'Rotate the signing secret of a partner',
          description:
            'The new secret is shown only once. The previous one stays valid for `overlap_seconds`.',
          params: IdParams,
          body: RotationBody,
          response: { 201: SigningSecretBody },
        },
        config: { access: ['admin'], permission: 'partners:write', stepUp: true, errors: [notFound] },
      },
      async (request, reply) => {
        const { overlap_seconds: overlapSeconds = 0 } = request.body;
        const secret = await service.rotateSigningSecret(
          request.params.id,
          overlapSeconds,
          callerOf(request),
        );
        return reply.code(201).send({ signing_secret: secret });
      },
    );

    server.post(
      '/partners/:id/keys',
      {
        schema: {
          tags: ['partners'],
          summary: 'Create an API key',
          description: 'The response contains the key. It is shown only once.',
          params: IdParams,
          body: NewKeyBody,
          response: { 201: IssuedKeyBody },
        },
        config: {
          access: ['admin'],
          permission: 'partners:write',
          stepUp: true,
          errors: [notFound, ruleViolation],
        },
      },
      async (request, reply) => {
        const { name = null, scopes, expires_at } = request.body;
        const expiresAt = expires_at === undefined ? null : Temporal.Instant.from(expires_at);
        const issued = await service.issueKey(
          request.params.id,
          { name, scopes, expiresAt },
          callerOf(request),
        );
        return reply.code(201).send(presentIssuedKey(issued));
      },
    );

    server.get(
      '/partners/:id/keys',
      {
        schema: {
          tags: ['partners'],
          summary: 'List the API keys of a partner, newest first',
          params: IdParams,
          querystring: KeyQuery,
          response: { 200: KeyPage },
        },
        config: { access: ['admin'], errors: [notFound] },
      },
      async ({ params, query }) =>
        presentPage(query, await service.listKeys(params.id, readPage(query)), presentKey),
    );

    server.delete(
      '/partners/:id/keys/:key_id',
      {
        schema: {
          tags: ['partners'],
          summary: 'Revoke an API key',
          description: 'The key gets 401 from the next request on. A revoked key cannot be activated again.',
          params: KeyParams,
        },
        config: { access: ['admin'], permission: 'partners:write', errors: [notFound] },
      },
      async (request, reply) => {
        const { id, key_id: keyId } = request.params;
        await service.revokeKey(id, keyId, callerOf(request));
        return reply.code(204).send();
      },
    );
  };
}
