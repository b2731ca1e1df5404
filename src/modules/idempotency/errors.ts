import { defineError } from '../../core/errors.ts';

export const idempotencyKeyReused = defineError<{ reason: 'different_request' | 'in_progress' }>(
  'conflict',
  'IDEMPOTENCY_KEY_REUSED',
  'The idempotency key belongs to another request, or to one that is still under way.',
);
