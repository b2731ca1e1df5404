import { defineError } from '../../../core/errors.ts';

export const reportsNotReady = defineError<{ retry_after_seconds: number }>(
  'unavailable',
  'REPORTS_NOT_READY',
  'The reports are being made from the events of the past. Try again in a few minutes.',
);
