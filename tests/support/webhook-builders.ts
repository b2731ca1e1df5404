import type {
  Attempt,
  Delivery,
  Endpoint,
  Health,
  TakenDelivery,
} from '../../src/modules/outbound/webhooks/model.ts';
import { NOW } from './purchases-builders.ts';

/* Webhook endpoints and deliveries, as the module sees them. */

export const ENDPOINT = '01936f2e-8c1b-7c3a-9d55-00000000e001';
export const EVENT = '01936f2e-8c1b-7c3a-9d55-00000000e002';
export const URL_OF_SHOP = 'https://shop.example.com/webhooks';

export const HEALTHY: Health = { failingSince: null, lastFailedAt: null, pausedUntil: null };

/** An active endpoint of the operator. */
export function anEndpoint(fields: Partial<Endpoint> = {}): Endpoint {
  return {
    id: ENDPOINT,
    partnerId: null,
    url: URL_OF_SHOP,
    eventTypes: ['purchase.*'],
    description: null,
    active: true,
    disabledReason: null,
    signing: { current: 'encrypted', previous: null, previousUntil: null },
    health: HEALTHY,
    createdAt: NOW,
    ...fields,
  };
}

export function aTakenDelivery(fields: Partial<TakenDelivery> = {}): TakenDelivery {
  return { endpointId: ENDPOINT, eventId: EVENT, eventType: 'purchase.confirmed', attempted: 0, ...fields };
}

export function anAttempt(fields: Partial<Attempt> = {}): Attempt {
  return {
    attempted_at: '2026-03-14T09:26:53.000Z',
    duration_ms: 12,
    status: 500,
    failure: null,
    response: 'no',
    ...fields,
  };
}

/** A delivery whose attempts have all failed. */
export function aDelivery(fields: Partial<Delivery> = {}): Delivery {
  return {
    endpointId: ENDPOINT,
    eventId: EVENT,
    eventType: 'purchase.confirmed',
    status: 'failed',
    dueAt: null,
    attempts: [anAttempt()],
    createdAt: NOW,
    ...fields,
  };
}
