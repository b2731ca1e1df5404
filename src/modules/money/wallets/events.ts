import { defineEvent } from '../../platform/events/index.ts';

export const walletAdjusted = defineEvent<{
  readonly adjustment_id: string;
  readonly direction: string;
  readonly amount: string;
  readonly currency: string;
  readonly reason: string;
}>({
  type: 'wallet.adjusted',
  resourceType: 'wallet',
  summary: "An administrator credited or debited a user's wallet. The resource is the user.",
  details: {
    adjustment_id: 'The adjustment.',
    direction: '`credit` or `debit`.',
    amount: 'The amount.',
    currency: 'Its currency.',
    reason: 'The reason that the administrator gave.',
  },
});
