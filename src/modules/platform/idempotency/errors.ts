import { defineError } from '../../../core/errors.ts';

export const idempotencyKeyReused = defineError<{ reason: 'different_request' }>(
  'conflict',
  'IDEMPOTENCY_KEY_REUSED',
  'The idempotency key belongs to another request. Use a new key for a new request.',
);

/** The first request with the key has not ended within the time that a repeat waits for it. */
export const idempotencyInProgress = defineError<{ retry_after_seconds: number }>(
  'conflict',
  'IDEMPOTENCY_IN_PROGRESS',
  'The first request with this idempotency key is still being processed. Repeat it shortly.',
);
