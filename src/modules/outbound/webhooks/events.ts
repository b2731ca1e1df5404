import { defineEvent } from '../../platform/events/index.ts';

/** The host alone: the path or query of a URL may contain a secret of the receiver. */
type Facts = { readonly host?: string; readonly event_types?: string; readonly active?: boolean };

const FACTS = {
  host: 'The host of the URL.',
  event_types: 'The types of the events, separated by spaces.',
  active: 'Whether the endpoint is active.',
};

export const webhookEndpointCreated = defineEvent<Facts & { readonly partner_id: string | null }>({
  type: 'webhook_endpoint.created',
  resourceType: 'webhook_endpoint',
  summary: 'An administrator or a partner created a webhook endpoint.',
  details: { ...FACTS, partner_id: 'The partner that the endpoint belongs to. Null for the operator.' },
});

export const webhookEndpointChanged = defineEvent<Facts>({
  type: 'webhook_endpoint.changed',
  resourceType: 'webhook_endpoint',
  summary:
    'An administrator or a partner changed a webhook endpoint. The details are the fields that were set, without the description.',
  details: FACTS,
});

export const webhookEndpointDeleted = defineEvent({
  type: 'webhook_endpoint.deleted',
  resourceType: 'webhook_endpoint',
  summary: 'An administrator or a partner deleted a webhook endpoint.',
  details: {},
});

export const webhookSecretRotated = defineEvent<{ readonly overlap_seconds: number }>({
  type: 'webhook_endpoint.secret_rotated',
  resourceType: 'webhook_endpoint',
  summary: 'An administrator or a partner gave a webhook endpoint a new secret.',
  details: { overlap_seconds: 'Seconds for which the previous secret signs too.' },
});

export const webhookEndpointTested = defineEvent<{ readonly status: number | null }>({
  type: 'webhook_endpoint.tested',
  resourceType: 'webhook_endpoint',
  summary: 'An administrator or a partner sent a test event to a webhook endpoint.',
  details: { status: 'The status of the response. Null if there was none.' },
});

export const webhookEventResent = defineEvent<{ readonly event_id: string }>({
  type: 'webhook_endpoint.event_resent',
  resourceType: 'webhook_endpoint',
  summary: 'An administrator or a partner had an event sent again to a webhook endpoint.',
  details: { event_id: 'The event.' },
});

export const webhookReplayRequested = defineEvent<{ readonly since: string }>({
  type: 'webhook_endpoint.replay_requested',
  resourceType: 'webhook_endpoint',
  summary: 'An administrator or a partner had all events since a time sent again to a webhook endpoint.',
  details: { since: 'The time of the first event.' },
});

export const webhookEndpointDisabled = defineEvent<{
  readonly reason: string;
  readonly partner_id: string | null;
  readonly host: string;
}>({
  type: 'webhook_endpoint.disabled',
  resourceType: 'webhook_endpoint',
  summary: 'The platform deactivated a webhook endpoint, because nothing could be delivered to it.',
  details: {
    reason: '`gone`: it answered 410. `failures`: each attempt of five days failed.',
    partner_id: 'The partner that the endpoint belongs to. Null for the operator.',
    host: FACTS.host,
  },
});

/** What the feed shows. Tests and repetitions are for auditors. */
export const FEED_EVENTS = [
  webhookEndpointCreated,
  webhookEndpointChanged,
  webhookEndpointDeleted,
  webhookSecretRotated,
  webhookEndpointDisabled,
];
