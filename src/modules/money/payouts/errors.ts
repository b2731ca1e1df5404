import { defineError, type Violation } from '../../../core/errors.ts';
import type { PayoutStatus } from './model.ts';

/** A rule that the amount breaks, with the limit and the amounts that count towards it. Money is text. */
export type PolicyViolation = Violation & {
  readonly rule: 'minimum_amount' | 'monthly_limit';
  readonly limit: string;
  readonly used?: string;
};

export const payoutPolicyViolation = defineError<{
  violations: readonly PolicyViolation[];
  currency: string;
}>(
  'unprocessable',
  'PAYOUT_POLICY_VIOLATION',
  'The amount is below the minimum, or exceeds the limit of this month.',
);

export const emailVerificationRequired = defineError(
  'conflict',
  'EMAIL_VERIFICATION_REQUIRED',
  'Payouts need a proven email address. Open the link that `POST /users/me/email-verification` mails.',
);

export const payoutInvalidTransition = defineError<{
  payout_id: string;
  status: PayoutStatus;
  allowed_transitions: readonly PayoutStatus[];
}>(
  'invalid',
  'PAYOUT_INVALID_TRANSITION',
  'The status of the payout must be one of `allowed_transitions`.',
  ({ payout_id: id, status, allowed_transitions: next }) =>
    `Payout ${id} is ${status}. ${next.length === 0 ? 'That is final' : `It can become ${next.join(', ')}`}.`,
);

/** Why a payout is not paid now. `purchase_ids` has the first 20 purchases. */
export type BlockReason =
  | { readonly reason: 'owner_inactive' }
  | { readonly reason: 'negative_balance'; readonly available_balance: string; readonly currency: string }
  | {
      readonly reason: 'purchase_held' | 'purchase_reversed_for_fraud';
      readonly purchase_ids: readonly string[];
    };

export const payoutBlocked = defineError<{ payout_id: string; reasons: readonly BlockReason[] }>(
  'conflict',
  'PAYOUT_BLOCKED',
  'The payout cannot be paid while `reasons` exist. It can fail, which returns the amount to the user.',
  ({ payout_id: id, reasons }) =>
    `Payout ${id} cannot be paid: ${reasons.map(({ reason }) => reason.replaceAll('_', ' ')).join(', ')}.`,
);
