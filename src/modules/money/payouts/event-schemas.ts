import { EventData, type ObjectHistory } from '../../platform/events/index.ts';
import type { Payout } from './model.ts';
import { statementOf } from './policies.ts';
import { PayoutBody } from './schemas.ts';

const { id, user_id, status, amount, currency, method, ...others } = PayoutBody.properties;
const { requested_at, processing_at, settled_at, returned_at } = others;
const { external_reference, failure_reason, return_reason } = others;

/** Without the bank details, not even masked. */
export const PayoutEventData = EventData({
  id,
  user_id,
  status,
  amount,
  currency,
  method,
  requested_at,
  processing_at,
  settled_at,
  external_reference,
  failure_reason,
  returned_at,
  return_reason,
});

export function presentPayoutFields(payout: Payout) {
  const { details: _, ...fields } = statementOf(payout);
  return { ...fields, user_id: payout.userId };
}

const OPEN = {
  processing_at: null,
  settled_at: null,
  external_reference: null,
  failure_reason: null,
  returned_at: null,
  return_reason: null,
};

/** The fields that an event sets beside the status. Each is set once, so its value is that of today. */
const SET_BY: Readonly<Record<string, readonly string[]>> = {
  processing: ['processing_at'],
  completed: ['settled_at', 'external_reference'],
  failed: ['settled_at', 'failure_reason'],
  cancelled: ['settled_at'],
  returned: ['returned_at', 'return_reason'],
};

const PHASES = ['requested', 'processing', 'completed', 'failed', 'cancelled', 'returned'];

const statusOf = (type: string) => type.replace('payout.', '');

export const payoutHistory: ObjectHistory = {
  changeOf({ action }, now) {
    const status = statusOf(action);
    if (status === 'requested') return { status, ...OPEN };
    return { status, ...Object.fromEntries((SET_BY[status] ?? []).map((name) => [name, now[name]])) };
  },
  phaseOf: ({ action }) => PHASES.indexOf(statusOf(action)),
};
