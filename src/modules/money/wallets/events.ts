import { formatMoney } from '../../../core/money.ts';
import { defineEvent } from '../../platform/events/index.ts';
import type { Adjustment } from './model.ts';

type Adjusted = {
  readonly adjustment_id: string;
  readonly direction: string;
  readonly amount: string;
  readonly currency: string;
  readonly reason: string;
};

const ADJUSTED = {
  adjustment_id: 'The adjustment.',
  direction: '`credit` or `debit`.',
  amount: 'The amount.',
  currency: 'Its currency.',
  reason: 'The reason that the administrator gave.',
};

export const walletAdjusted = defineEvent<Adjusted>({
  type: 'wallet.adjusted',
  resourceType: 'wallet',
  summary:
    "An administrator credited or debited a user's wallet, or approved that; or the user forfeited the money with the account. The resource is the user.",
  details: ADJUSTED,
});

export const adjustmentRequested = defineEvent<Adjusted>({
  type: 'wallet.adjustment_requested',
  resourceType: 'wallet',
  summary: 'An administrator made an adjustment that another one must approve. The resource is the user.',
  details: ADJUSTED,
});

export const adjustmentRejected = defineEvent<Adjusted>({
  type: 'wallet.adjustment_rejected',
  resourceType: 'wallet',
  summary: 'An administrator rejected an adjustment. It moved no money. The resource is the user.',
  details: { ...ADJUSTED, reason: 'The reason of the rejection.' },
});

export const adjustmentExpired = defineEvent<Adjusted>({
  type: 'wallet.adjustment_expired',
  resourceType: 'wallet',
  summary: 'An adjustment was not approved in time. It moved no money. The resource is the user.',
  details: ADJUSTED,
});

/** The API identifies the wallets of a user by the id of the user, so the details name the adjustment. */
export function detailsOf({ id, direction, amount, currency, reason }: Adjustment): Adjusted {
  return { adjustment_id: id, direction, amount: formatMoney(amount, currency), currency, reason };
}

/** Those that the feed shows. */
export const FEED_EVENTS = [walletAdjusted];
