import { formatInstant } from '../../../core/clock.ts';
import { notFound, rateLimited, ruleViolation } from '../../../core/errors.ts';
import { callerOf } from '../../../core/http/authentication.ts';
import { presentCursorPage, presentPage, readPage } from '../../../core/http/pagination.ts';
import type { LimitRate } from '../../../core/http/rate-limit.ts';
import type { Routes } from '../../../core/http/route.ts';
import { IdParams } from '../../../core/http/schemas.ts';
import { isId } from '../../../core/id.ts';
import { withoutUndefined } from '../../../core/without-undefined.ts';
import { webhookEndpointInactive, webhookEndpointLimitReached } from './errors.ts';
import {
  CreatedEndpointBody,
  DeliveryBody,
  DeliveryPage,
  DeliveryParams,
  DeliveryQuery,
  EndpointBody,
  EndpointChangesBody,
  EndpointPage,
  EndpointQuery,
  NewEndpointBody,
  presentDelivery,
  presentEndpoint,
  presentTest,
  ReplayBody,
  ReplayResultBody,
  RotationBody,
  SecretBody,
  TestBody,
} from './schemas.ts';
import type { WebhookService } from './service.ts';

/** Each test makes the platform send a request. */
const TESTS_PER_MINUTE = 20;

export function webhookRoutes(service: WebhookService, limitRate: LimitRate): Routes {
  const access = { access: ['admin', 'partner'], scope: 'webhooks:manage' } as const;
  const changes = { ...access, permission: 'webhooks:manage' } as const;

  return (server) => {
    server.post(
      '/webhook-endpoints',
      {
        schema: {
          tags: ['webhooks'],
          summary: 'Create a webhook endpoint',
          description:
            'The platform sends events of these types to the URL, signed by Standard Webhooks. A partner gets the events of its own purchases. The response contains the secret, which is shown only once.',
          body: NewEndpointBody,
          response: { 201: CreatedEndpointBody },
        },
        config: { ...changes, errors: [webhookEndpointLimitReached, ruleViolation] },
      },
      async (request, reply) => {
        const { url, event_types: eventTypes, description = null } = request.body;
        const created = await service.createEndpoint({ url, eventTypes, description }, callerOf(request));
        return reply.code(201).send({ ...presentEndpoint(created.endpoint), secret: created.secret });
      },
    );

    server.get(
      '/webhook-endpoints',
      {
        schema: {
          tags: ['webhooks'],
          summary: 'List webhook endpoints, newest first',
          querystring: EndpointQuery,
          response: { 200: EndpointPage },
        },
        config: access,
      },
      async (request) => {
        const page = await service.listEndpoints(callerOf(request), readPage(request.query));
        return presentPage(request.query, page, presentEndpoint);
      },
    );

    server.get(
      '/webhook-endpoints/:id',
      {
        schema: {
          tags: ['webhooks'],
          summary: 'Show a webhook endpoint',
          params: IdParams,
          response: { 200: EndpointBody },
        },
        config: { ...access, errors: [notFound] },
      },
      async (request) => presentEndpoint(await service.getEndpoint(request.params.id, callerOf(request))),
    );

    server.patch(
      '/webhook-endpoints/:id',
      {
        schema: {
          tags: ['webhooks'],
          summary: 'Update a webhook endpoint',
          description:
            'An inactive endpoint gets no new events. Pending deliveries wait until the endpoint is active again. A replay sends the events that it missed.',
          params: IdParams,
          body: EndpointChangesBody,
          response: { 200: EndpointBody },
        },
        config: { ...changes, errors: [notFound, ruleViolation] },
      },
      async (request) => {
        const { url, event_types: eventTypes, description, status } = request.body;
        const active = status && status === 'active';
        const changed = withoutUndefined({ url, eventTypes, description, active });
        return presentEndpoint(await service.changeEndpoint(request.params.id, changed, callerOf(request)));
      },
    );

    server.delete(
      '/webhook-endpoints/:id',
      {
        schema: {
          tags: ['webhooks'],
          summary: 'Delete a webhook endpoint',
          description: 'Its deliveries are deleted too. A message that is being sent may still arrive.',
          params: IdParams,
        },
        config: { ...changes, errors: [notFound] },
      },
      async (request, reply) => {
        await service.deleteEndpoint(request.params.id, callerOf(request));
        return reply.code(204).send();
      },
    );

    server.post(
      '/webhook-endpoints/:id/secret',
      {
        schema: {
          tags: ['webhooks'],
          summary: 'Rotate the secret of a webhook endpoint',
          description:
            'The new secret is shown only once. For `overlap_seconds` each message has two signatures, by the new and by the previous secret.',
          params: IdParams,
          body: RotationBody,
          response: { 201: SecretBody },
        },
        config: { ...changes, errors: [notFound] },
      },
      async (request, reply) => {
        const { overlap_seconds: overlapSeconds = 0 } = request.body;
        const secret = await service.rotateSecret(request.params.id, overlapSeconds, callerOf(request));
        return reply.code(201).send({ secret });
      },
    );

    server.post(
      '/webhook-endpoints/:id/test',
      {
        schema: {
          tags: ['webhooks'],
          summary: 'Send a test event to a webhook endpoint',
          description:
            'Sends an event of the type `webhook.test` once, and returns what came back within eight seconds. Works for an inactive endpoint too.',
          params: IdParams,
          response: { 200: TestBody },
        },
        config: {
          ...changes,
          errors: [notFound, rateLimited],
          limits: [
            limitRate({
              name: 'webhook tests',
              perMinute: TESTS_PER_MINUTE,
              keyOf: (request) => callerOf(request).id,
            }),
          ],
        },
      },
      async (request) => presentTest(await service.testEndpoint(request.params.id, callerOf(request))),
    );

    server.get(
      '/webhook-endpoints/:id/deliveries',
      {
        schema: {
          tags: ['webhooks'],
          summary: 'List the deliveries to a webhook endpoint, newest event first',
          description: 'Deliveries are kept for 30 days.',
          params: IdParams,
          querystring: DeliveryQuery,
          response: { 200: DeliveryPage },
        },
        config: { ...access, errors: [notFound] },
      },
      async (request) => {
        const { params, query } = request;
        const page = readPage(query, isId);
        const found = await service.listDeliveries(params.id, query.status, callerOf(request), page);
        return presentCursorPage(query, found, presentDelivery);
      },
    );

    server.post(
      '/webhook-endpoints/:id/deliveries/:event_id/resend',
      {
        schema: {
          tags: ['webhooks'],
          summary: 'Send an event again',
          description:
            'The event is due at once, and gets all attempts again. Its `webhook-id` stays the same.',
          params: DeliveryParams,
          response: { 200: DeliveryBody },
        },
        config: { ...changes, errors: [notFound, webhookEndpointInactive] },
      },
      async (request) => {
        const { id, event_id: eventId } = request.params;
        return presentDelivery(await service.resend(id, eventId, callerOf(request)));
      },
    );

    server.post(
      '/webhook-endpoints/:id/replay',
      {
        schema: {
          tags: ['webhooks'],
          summary: 'Send all events since a time again',
          description:
            'Sends each event of the types of the endpoint again, whether it was delivered or not. Each keeps its `webhook-id`.',
          params: IdParams,
          body: ReplayBody,
          response: { 200: ReplayResultBody },
        },
        config: { ...changes, errors: [notFound, webhookEndpointInactive, ruleViolation] },
      },
      async (request) => {
        const since = Temporal.Instant.from(request.body.since);
        const until = await service.replay(request.params.id, since, callerOf(request));
        return { since: formatInstant(since), until: formatInstant(until) };
      },
    );
  };
}
