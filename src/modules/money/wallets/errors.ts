import { defineError } from '../../../core/errors.ts';
import type { AdjustmentStatus } from './model.ts';

export const insufficientBalance = defineError<{
  available_balance: string;
  pending_balance: string;
  requested_amount: string;
  currency: string;
}>(
  'conflict',
  'INSUFFICIENT_BALANCE',
  'The available balance is lower than this amount.',
  ({ available_balance: available, requested_amount: requested, currency }) =>
    `The available balance of ${available} ${currency} is lower than ${requested} ${currency}.`,
);

export const walletFull = defineError<{ amount: string; currency: string }>(
  'conflict',
  'WALLET_FULL',
  'The amount would exceed the maximum balance of the wallet.',
  ({ amount, currency }) => `${amount} ${currency} would exceed the maximum balance of the wallet.`,
);

export const adjustmentNotAwaitingApproval = defineError<{
  adjustment_id: string;
  status: AdjustmentStatus;
}>(
  'conflict',
  'ADJUSTMENT_NOT_AWAITING_APPROVAL',
  'The adjustment has taken effect, or it was rejected or has expired.',
  ({ adjustment_id: id, status }) => `Adjustment ${id} is ${status}.`,
);
