import { defineError } from '../../../core/errors.ts';

export const webhookEndpointInactive = defineError<{ webhook_endpoint_id: string }>(
  'conflict',
  'WEBHOOK_ENDPOINT_INACTIVE',
  'The webhook endpoint is not active. Activate it first.',
);

export const webhookEndpointLimitReached = defineError<{ limit: number }>(
  'conflict',
  'WEBHOOK_ENDPOINT_LIMIT_REACHED',
  'No further webhook endpoint is possible. Delete one first.',
  ({ limit }) => `There are ${limit} webhook endpoints already. Delete one first.`,
);
