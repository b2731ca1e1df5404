import Type from 'typebox';
import { formatInstant } from '../../../core/clock.ts';
import { CursorPage, CursorQuery, Page, PageQuery } from '../../../core/http/pagination.ts';
import { ActiveStatus, Id, Input, Timestamp, TimestampInput } from '../../../core/http/schemas.ts';
import {
  type Attempt,
  DELIVERY_STATUSES,
  type Delivery,
  type Endpoint,
  MAX_EVENT_TYPES,
  REPLAY_DAYS,
} from './model.ts';

const Url = Type.String({
  minLength: 1,
  maxLength: 2_048,
  pattern: '^https?://[\\x21-\\x7e]+$',
  mustBe: 'a URL that begins with https://',
  description:
    'The URL that events are sent to, by POST. HTTPS in production. It must not name a private or reserved address.',
  examples: ['https://shop.example.com/webhooks'],
});

const EventTypes = Type.Array(
  Type.String({
    pattern: '^(\\*|[a-z_]{1,40}\\.(\\*|[a-z_]{1,40}))$',
    mustBe: 'an event type such as purchase.confirmed, purchase.* or *',
    examples: ['purchase.*'],
  }),
  {
    minItems: 1,
    maxItems: MAX_EVENT_TYPES,
    uniqueItems: true,
    description:
      'The types of the events to send. `purchase.*` covers all types of purchases, and `*` all types.',
    examples: [['purchase.*']],
  },
);

const Description = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  minLength: 1,
  maxLength: 255,
  pattern: '^\\S(.*\\S)?$',
  mustBe: 'one line without white space at its ends',
  examples: ['Orders of the web shop'],
});

export const NewEndpointBody = Input({
  url: Url,
  event_types: EventTypes,
  description: Type.Optional(Description),
});

export const EndpointChangesBody = Input(
  {
    url: Type.Optional(Url),
    event_types: Type.Optional(EventTypes),
    description: Type.Optional(Description),
    status: Type.Optional(ActiveStatus),
  },
  { minProperties: 1 },
);

const endpointProperties = {
  id: Id,
  partner_id: Type.Union([Id, Type.Null()], {
    description: 'The partner that the endpoint belongs to. Null for the operator.',
  }),
  url: Url,
  event_types: EventTypes,
  description: Description,
  status: ActiveStatus,
  disabled_reason: Type.Union([Type.Enum(['gone', 'failures']), Type.Null()], {
    description:
      'Why the platform deactivated the endpoint: `gone` after the response 410, `failures` after five days without a delivery. Null if it did not.',
  }),
  failing_since: Type.Union([Timestamp, Type.Null()], {
    description: 'The time since which each attempt has failed. Null if the last one was successful.',
  }),
  created_at: Timestamp,
};

export const EndpointBody = Type.Object(endpointProperties);

const Secret = Type.String({
  description: 'The secret, shown only once. Decode its Base64 part to get the key for HMAC-SHA256.',
  examples: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
});

export const CreatedEndpointBody = Type.Object({ ...endpointProperties, secret: Secret });

export const EndpointQuery = PageQuery({});

export const EndpointPage = Page(EndpointBody);

const MAX_OVERLAP_SECONDS = 7 * 24 * 3600;

export const RotationBody = Input({
  overlap_seconds: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: MAX_OVERLAP_SECONDS,
      description: 'Seconds for which the previous secret signs beside the new one. Defaults to 0.',
      examples: [86_400],
    }),
  ),
});

export const SecretBody = Type.Object({ secret: Secret });

const AttemptBody = Type.Object({
  attempted_at: Timestamp,
  duration_ms: Type.Integer({ description: 'The time of the whole exchange, in milliseconds.' }),
  status: Type.Union([Type.Integer(), Type.Null()], {
    description: 'The HTTP status of the response. Null if there was none.',
  }),
  failure: Type.Union(
    [
      Type.Enum([
        'url_not_allowed',
        'host_not_found',
        'address_not_allowed',
        'connection_failed',
        'certificate_invalid',
        'response_invalid',
        'timeout',
        'interrupted',
        'event_unavailable',
      ]),
      Type.Null(),
    ],
    { description: 'Why there was no response. Null if there was one.' },
  ),
  response: Type.Union([Type.String(), Type.Null()], {
    description: 'The first kilobyte of the response. Null if there was none.',
  }),
});

export const TestBody = Type.Object({
  event_id: Id,
  delivered: Type.Boolean({ description: 'Whether the response had a status from 200 to 299.' }),
  attempt: AttemptBody,
});

const DeliveryStatus = Type.Enum(DELIVERY_STATUSES, {
  description: '`failed` after the last attempt, or after the response 410.',
  examples: ['failed'],
});

export const DeliveryQuery = CursorQuery({ status: Type.Optional(DeliveryStatus) });

export const DeliveryParams = Input({ id: Id, event_id: Id });

export const DeliveryBody = Type.Object({
  event_id: Id,
  event_type: Type.String({ examples: ['purchase.confirmed'] }),
  status: DeliveryStatus,
  next_attempt_at: Type.Union([Timestamp, Type.Null()], {
    description: 'The time of the next attempt. Null unless the delivery is pending.',
  }),
  attempts: Type.Array(AttemptBody, { description: 'The latest attempts, oldest first.' }),
  created_at: Timestamp,
});

export const DeliveryPage = CursorPage(DeliveryBody);

export const ReplayBody = Input({
  since: Type.String({
    ...TimestampInput,
    description: `The time of the first event, within the last ${REPLAY_DAYS} days.`,
  }),
});

export const ReplayResultBody = Type.Object({ since: Timestamp, until: Timestamp });

export function presentEndpoint(endpoint: Endpoint) {
  return {
    id: endpoint.id,
    partner_id: endpoint.partnerId,
    url: endpoint.url,
    event_types: [...endpoint.eventTypes],
    description: endpoint.description,
    status: endpoint.active ? ('active' as const) : ('inactive' as const),
    disabled_reason: endpoint.disabledReason,
    failing_since: formatOptional(endpoint.health.failingSince),
    created_at: formatInstant(endpoint.createdAt),
  };
}

export function presentTest({ eventId, attempt }: { eventId: string; attempt: Attempt }) {
  const { status } = attempt;
  return {
    event_id: eventId,
    delivered: status !== null && status >= 200 && status < 300,
    attempt: presentAttempt(attempt),
  };
}

export function presentDelivery(delivery: Delivery) {
  return {
    event_id: delivery.eventId,
    event_type: delivery.eventType,
    status: delivery.status,
    next_attempt_at: formatOptional(delivery.dueAt),
    attempts: delivery.attempts.map(presentAttempt),
    created_at: formatInstant(delivery.createdAt),
  };
}

function presentAttempt(attempt: Attempt) {
  return { ...attempt, attempted_at: formatInstant(Temporal.Instant.from(attempt.attempted_at)) };
}

function formatOptional(instant: Temporal.Instant | null): string | null {
  return instant && formatInstant(instant);
}
