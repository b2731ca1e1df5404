import type { Clock } from '../../../core/clock.ts';
import type { Database, Trx } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import { firstIdAt, newId } from '../../../core/id.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { Encryption } from '../../../core/secrets/encryption.ts';
import { newSigningSecret } from '../../../core/secrets/signatures.ts';
import { rotate } from '../../../core/secrets/signing-secrets.ts';
import { withoutUndefined } from '../../../core/without-undefined.ts';
import type { Actor, EventClient } from '../../platform/events/index.ts';
import type { DeliveryRepository } from './delivery-repository.ts';
import {
  webhookEndpointChanged,
  webhookEndpointCreated,
  webhookEndpointDeleted,
  webhookEndpointTested,
  webhookEventResent,
  webhookReplayRequested,
  webhookSecretRotated,
} from './events.ts';
import { CONSUMER } from './fan-out.ts';
import type { EventFeed } from './feed.ts';
import type { Attempt, Delivery, DeliveryStatus, Endpoint } from './model.ts';
import {
  requireActive,
  requireAllowedUrl,
  requireKnownTypes,
  requireReplayable,
  requireRoom,
  requireVisible,
} from './policies.ts';
import type { EndpointRepository } from './repository.ts';
import { encryptionContext, type GuardOf, type Sender } from './sending.ts';

export type WebhookService = ReturnType<typeof webhookService>;

type EndpointChanges = Partial<Pick<Endpoint, 'url' | 'eventTypes' | 'description' | 'active'>>;

const HEALTHY = { failingSince: null, lastFailedAt: null, pausedUntil: null };

/** Shorter than for deliveries: a request of ours waits for it. */
const TEST_TIMEOUT_MS = 8_000;

/** Endpoints and what was delivered to them. Administrators see all endpoints, a partner sees its own. */
export function webhookService(deps: {
  readonly database: Database;
  readonly clock: Clock;
  readonly endpoints: EndpointRepository;
  readonly deliveries: Pick<DeliveryRepository, 'find' | 'list' | 'insertAgain' | 'purge'>;
  readonly encryption: Pick<Encryption, 'encrypt'>;
  readonly feed: Pick<EventFeed, 'moveToEnd' | 'feedTypes'>;
  readonly sender: Sender;
  readonly guardOf: GuardOf;
  readonly events: EventClient;
}) {
  const { database, clock, endpoints, deliveries, encryption, feed, sender, guardOf, events } = deps;

  /**
   * Creates an endpoint of the partner that calls, or of the operator. The secret is returned in clear only here.
   * @throws WEBHOOK_ENDPOINT_LIMIT_REACHED, or VALIDATION_ERROR if the URL is not allowed or a type is unknown.
   */
  function createEndpoint(
    input: Pick<Endpoint, 'url' | 'eventTypes' | 'description'>,
    actor: Actor,
  ): Promise<{ endpoint: Endpoint; secret: string }> {
    const partnerId = actor.type === 'partner' ? actor.id : null;
    requireAllowedUrl(guardOf({ partnerId }).objectionTo(input.url));
    requireKnownTypes(input.eventTypes, feed.feedTypes());
    return database.transaction(async (trx) => {
      await prepareSubscription(trx);
      requireRoom(await endpoints.count(trx, partnerId));
      const id = newId();
      const secret = newSigningSecret();
      const endpoint: Endpoint = {
        id,
        partnerId,
        active: true,
        disabledReason: null,
        signing: {
          current: encryption.encrypt(secret, encryptionContext(id)),
          previous: null,
          previousUntil: null,
        },
        health: HEALTHY,
        createdAt: clock(),
        ...input,
      };
      await endpoints.insert(trx, endpoint);
      const details = { ...facts(endpoint), partner_id: partnerId };
      events.record(trx, [webhookEndpointCreated({ actor, resourceId: id, details })]);
      return { endpoint, secret };
    });
  }

  /** Without an active endpoint nothing reads the feed. The first one gets what is committed after it. */
  async function prepareSubscription(trx: Trx): Promise<void> {
    endpoints.queueLockSubscriptions(trx);
    if ((await endpoints.findActive(trx)).length === 0) await feed.moveToEnd(trx, CONSUMER);
  }

  /** @throws NOT_FOUND, or VALIDATION_ERROR if the URL is not allowed or a type is unknown. */
  function changeEndpoint(id: string, changes: EndpointChanges, actor: Actor): Promise<Endpoint> {
    if (changes.eventTypes !== undefined) requireKnownTypes(changes.eventTypes, feed.feedTypes());
    return database.transaction(async (trx) => {
      if (changes.active === true) await prepareSubscription(trx);
      const endpoint = await lockVisible(trx, id, actor);
      if (changes.url !== undefined) requireAllowedUrl(guardOf(endpoint).objectionTo(changes.url));
      const isStarted = changes.active === true && !endpoint.active;
      const changed: Endpoint = {
        ...endpoint,
        ...changes,
        ...(changes.active !== undefined && { disabledReason: null }),
        ...((isStarted || changes.url !== undefined) && { health: HEALTHY }),
      };
      await endpoints.update(trx, changed);
      events.record(trx, [webhookEndpointChanged({ actor, resourceId: id, details: facts(changes) })]);
      return changed;
    });
  }

  /** Deletes an endpoint with its deliveries. @throws NOT_FOUND. */
  function deleteEndpoint(id: string, actor: Actor): Promise<void> {
    return database.transaction(async (trx) => {
      await lockVisible(trx, id, actor);
      await endpoints.markDeleted(trx, id, clock());
      events.record(trx, [webhookEndpointDeleted({ actor, resourceId: id })]);
    });
  }

  /**
   * Returns a new secret in clear, which cannot be read again. The previous one signs too for the overlap.
   * @throws NOT_FOUND.
   */
  function rotateSecret(id: string, overlapSeconds: number, actor: Actor): Promise<string> {
    return database.transaction(async (trx) => {
      const endpoint = await lockVisible(trx, id, actor);
      const secret = newSigningSecret();
      const encrypted = encryption.encrypt(secret, encryptionContext(id));
      const signing = rotate(endpoint.signing, encrypted, overlapSeconds, clock());
      await endpoints.update(trx, { ...endpoint, signing });
      const details = { overlap_seconds: overlapSeconds };
      events.record(trx, [webhookSecretRotated({ actor, resourceId: id, details })]);
      return secret;
    });
  }

  /** Sends a test event, once, and returns what came back. Also to an inactive endpoint. @throws NOT_FOUND. */
  async function testEndpoint(id: string, actor: Actor): Promise<{ eventId: string; attempt: Attempt }> {
    const endpoint = await getEndpoint(id, actor);
    const event = {
      id: newId(),
      type: 'webhook.test',
      created_at: clock().toString({ smallestUnit: 'second' }),
      data: { id, sequence: 1 },
      previous: null,
    };
    const { attempt } = await sender.send(endpoint, event, { timeout_ms: TEST_TIMEOUT_MS });
    await database.transaction(async (trx) => {
      const details = { status: attempt.status };
      events.record(trx, [webhookEndpointTested({ actor, resourceId: id, details })]);
    });
    return { eventId: event.id, attempt };
  }

  /** Has an event sent again, with all attempts before it. @throws NOT_FOUND, WEBHOOK_ENDPOINT_INACTIVE. */
  function resend(id: string, eventId: string, actor: Actor): Promise<Delivery> {
    return database.transaction(async (trx) => {
      requireActive(await lockVisible(trx, id, actor));
      const delivery = await deliveries.find(trx, id, eventId);
      if (delivery === undefined) throw notFound('webhook_delivery', eventId);
      const now = clock();
      await deliveries.insertAgain(trx, [delivery], now);
      const details = { event_id: eventId };
      events.record(trx, [webhookEventResent({ actor, resourceId: id, details })]);
      return { ...delivery, status: 'pending', dueAt: now };
    });
  }

  /**
   * Has all events since a time sent again, delivered or not. Returns the time up to which.
   * @throws NOT_FOUND, WEBHOOK_ENDPOINT_INACTIVE, or VALIDATION_ERROR if the time is too old or in the future.
   */
  function replay(id: string, since: Temporal.Instant, actor: Actor): Promise<Temporal.Instant> {
    return database.transaction(async (trx) => {
      requireActive(await lockVisible(trx, id, actor));
      const until = clock();
      requireReplayable(since, until);
      // What is recorded later in this millisecond is delivered anyway.
      const range = { after: firstIdAt(since), until: firstIdAt(until.add({ milliseconds: 1 })) };
      await endpoints.startReplay(trx, id, range);
      const details = { since: since.toString({ smallestUnit: 'second' }) };
      events.record(trx, [webhookReplayRequested({ actor, resourceId: id, details })]);
      return until;
    });
  }

  async function lockVisible(trx: Trx, id: string, actor: Actor): Promise<Endpoint> {
    return requireVisible(await endpoints.lock(trx, id), id, actor);
  }

  /** @throws NOT_FOUND. */
  async function getEndpoint(id: string, actor: Pick<Actor, 'type' | 'id'>): Promise<Endpoint> {
    return requireVisible(await endpoints.find(database.db, id), id, actor);
  }

  function listEndpoints(actor: Pick<Actor, 'type' | 'id'>, page: PageRequest): Promise<PageOf<Endpoint>> {
    const partnerId = actor.type === 'partner' ? (actor.id ?? undefined) : undefined;
    return endpoints.list(database.db, partnerId, page);
  }

  /** @throws NOT_FOUND. */
  async function listDeliveries(
    id: string,
    status: DeliveryStatus | undefined,
    actor: Pick<Actor, 'type' | 'id'>,
    page: PageRequest,
  ): Promise<PageOf<Delivery>> {
    await getEndpoint(id, actor);
    return deliveries.list(database.db, id, status, page);
  }

  /** Deletes up to `limit` old deliveries, and deleted endpoints without any. Returns the number of deliveries. */
  function purge(before: Temporal.Instant, limit: number): Promise<number> {
    return database.transaction(async (trx) => {
      const purged = await deliveries.purge(trx, before, limit);
      await endpoints.purge(trx);
      return purged;
    });
  }

  return {
    createEndpoint,
    changeEndpoint,
    deleteEndpoint,
    rotateSecret,
    testEndpoint,
    resend,
    replay,
    getEndpoint,
    listEndpoints,
    listDeliveries,
    purge,
  };
}

/** The details of an event. */
function facts({ url, eventTypes, active }: EndpointChanges) {
  return withoutUndefined({
    host: url && new URL(url).host,
    event_types: eventTypes?.join(' '),
    active,
  });
}
