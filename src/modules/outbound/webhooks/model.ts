import type { WebhookDeliveryStatus } from '../../../core/database/schema.generated.ts';
import type { ExchangeFailure } from '../../../core/outbound/exchange.ts';
import type { SigningSecrets } from '../../../core/secrets/signing-secrets.ts';

export type DeliveryStatus = WebhookDeliveryStatus;

export const DELIVERY_STATUSES = [
  'pending',
  'succeeded',
  'failed',
] as const satisfies readonly DeliveryStatus[];

/** The most endpoints of a partner, and of the operator. Each one costs a lookup when work is searched for. */
export const MAX_ENDPOINTS = 50;

/** The most patterns of an endpoint. */
export const MAX_EVENT_TYPES = 50;

/** Deliveries are deleted this long after their event. */
export const KEPT_DAYS = 30;

/** A replay goes back this far at most, so that what it sends is kept until its last attempt. */
export const REPLAY_DAYS = 14;

/** Where events are sent to. */
export type Endpoint = {
  readonly id: string;
  /** The partner that it belongs to. Null: the operator. */
  readonly partnerId: string | null;
  readonly url: string;
  /** `purchase.confirmed`, `purchase.*` or `*`. */
  readonly eventTypes: readonly string[];
  readonly description: string | null;
  readonly active: boolean;
  /** Why the platform deactivated it. Null if it did not. */
  readonly disabledReason: DisabledReason | null;
  readonly signing: SigningSecrets;
  readonly health: Health;
  readonly createdAt: Temporal.Instant;
};

/** `gone`: it answered 410. `failures`: nothing was delivered for days. */
export type DisabledReason = 'gone' | 'failures';

export type Health = {
  /** The first failure since which nothing was delivered. Null if the last attempt was successful. */
  readonly failingSince: Temporal.Instant | null;
  readonly lastFailedAt: Temporal.Instant | null;
  /** Until then the receiver asked for no request. */
  readonly pausedUntil: Temporal.Instant | null;
};

/** One event at one endpoint. */
export type Delivery = {
  readonly endpointId: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly status: DeliveryStatus;
  /** The time of the next attempt. Null unless the delivery is pending. */
  readonly dueAt: Temporal.Instant | null;
  /** The latest attempts, oldest first. */
  readonly attempts: readonly Attempt[];
  readonly createdAt: Temporal.Instant;
};

/** One attempt, as it is stored and shown. */
export type Attempt = {
  readonly attempted_at: string;
  readonly duration_ms: number;
  /** The status of the response. Null if there was none. */
  readonly status: number | null;
  readonly failure: ExchangeFailure | 'event_unavailable' | null;
  /** The first kilobyte of the response. */
  readonly response: string | null;
};

/** An event that is to be delivered. */
export type NewDelivery = Pick<Delivery, 'endpointId' | 'eventId' | 'eventType'>;

/** A delivery whose attempt this process has taken. */
export type TakenDelivery = NewDelivery & {
  /** The number of earlier attempts. */
  readonly attempted: number;
};

/** What became of an attempt. */
export type AttemptResult = {
  readonly delivery: TakenDelivery;
  readonly attempt: Attempt;
  readonly verdict: Verdict;
};

/** What follows from an attempt: for the delivery, and for its endpoint. */
export type Verdict = {
  readonly status: DeliveryStatus;
  readonly dueAt: Temporal.Instant | null;
  readonly isGone: boolean;
  readonly pausedUntil: Temporal.Instant | null;
};

/** The order in which a replay has come: events with ids above `after`, up to `until`. */
export type Replay = { readonly after: string; readonly until: string };
