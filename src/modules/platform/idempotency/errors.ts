import { defineError } from '../../../core/errors.ts';

export const idempotencyKeyReused = defineError<{ reason: 'different_request' }>(
  'conflict',
  'IDEMPOTENCY_KEY_REUSED',
  'The idempotency key belongs to another request. Use a new key for a new request.',
);
