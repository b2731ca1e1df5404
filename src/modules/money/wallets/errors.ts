import { defineError } from '../../../core/errors.ts';

export const insufficientBalance = defineError<{
  available_balance: string;
  pending_balance: string;
  requested_amount: string;
  currency: string;
}>('conflict', 'INSUFFICIENT_BALANCE', 'The available balance is lower than this amount.');

export const walletFull = defineError<{ amount: string; currency: string }>(
  'conflict',
  'WALLET_FULL',
  'The amount would exceed the maximum balance of the wallet.',
);
