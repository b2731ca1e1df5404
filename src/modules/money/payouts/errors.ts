import { defineError, type Violation } from '../../../core/errors.ts';
import type { PayoutStatus } from './model.ts';

/** A rule of ours that the amount breaks, with the bound, and with what counts against it. Money as text. */
export type PolicyViolation = Violation & {
  readonly rule: 'minimum_amount' | 'monthly_limit';
  readonly limit: string;
  readonly used?: string;
};

export const payoutPolicyViolation = defineError<{
  violations: readonly PolicyViolation[];
  currency: string;
}>('unprocessable', 'PAYOUT_POLICY_VIOLATION', 'Payouts of this amount are not made, or not this month.');

export const payoutInvalidTransition = defineError<{
  payout_id: string;
  status: PayoutStatus;
  allowed_transitions: readonly PayoutStatus[];
}>('invalid', 'PAYOUT_INVALID_TRANSITION', 'The payout cannot move from its present state to this one.');
