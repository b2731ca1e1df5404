import { defineError } from '../../../core/errors.ts';
import type { PurchaseStatus } from './model.ts';

/** `purchase` is the first purchase. `differences` are the fields in which the repeat differs from it. */
export const duplicatePurchase = defineError<{
  external_id: string;
  purchase: Readonly<Record<string, string>>;
  differences: readonly string[];
}>(
  'conflict',
  'DUPLICATE_PURCHASE',
  'A purchase with this external id exists already. It was rewarded once.',
  ({ external_id: id }) => `A purchase with the external id "${id}" exists already. It was rewarded once.`,
);

/** Names the user as the report does. An id that stands behind a reference is not shown. */
export const userNotEligible = defineError<
  ({ user_id: string } | { user_reference: string }) & { reason: 'unknown' | 'inactive' }
>('unprocessable', 'USER_NOT_ELIGIBLE', 'The user is unknown or not active.', (details) =>
  'user_id' in details
    ? `User ${details.user_id} is ${details.reason}.`
    : `The user with the reference "${details.user_reference}" is ${details.reason}.`,
);

export const merchantNotEligible = defineError<{ merchant_id: string; reason: 'unknown' | 'inactive' }>(
  'unprocessable',
  'MERCHANT_NOT_ELIGIBLE',
  'The merchant is unknown or not active.',
  ({ merchant_id: id, reason }) => `Merchant ${id} is ${reason}.`,
);

export const offerNotAvailable = defineError<{ merchant_id: string; purchased_on: string; currency: string }>(
  'unprocessable',
  'OFFER_NOT_AVAILABLE',
  'The merchant has no active offer for this day and currency.',
  ({ merchant_id: id, purchased_on: day, currency }) =>
    `Merchant ${id} has no active offer for ${day} and ${currency}.`,
);

export const eventTooOld = defineError<{ purchased_at: string; earliest: string }>(
  'unprocessable',
  'EVENT_TOO_OLD',
  'The purchase is too old to be reported by this caller. `earliest` is the oldest that is accepted now.',
);

export const ambiguousReference = defineError<{ external_id: string; purchase_ids: string }>(
  'conflict',
  'AMBIGUOUS_REFERENCE',
  'The external id names two purchases. Name the one you mean by its id.',
  ({ external_id: id, purchase_ids: ids }) =>
    `The external id "${id}" names two purchases: ${ids}. Name the one you mean by its id.`,
);

type TransitionDetails = {
  purchase_id: string;
  status: PurchaseStatus;
  allowed_transitions: readonly PurchaseStatus[];
};

export const purchaseNotPending = defineError<TransitionDetails>(
  'invalid',
  'PURCHASE_NOT_PENDING',
  'Only a pending purchase can be confirmed.',
  ({ purchase_id: id, status }) => `Purchase ${id} is ${status}. Only a pending purchase can be confirmed.`,
);

export const purchaseAlreadyReversed = defineError<TransitionDetails>(
  'invalid',
  'PURCHASE_ALREADY_REVERSED',
  'The purchase is reversed already.',
  ({ purchase_id: id }) => `Purchase ${id} is reversed already.`,
);

export const purchaseOnHold = defineError<{ purchase_id: string; status: PurchaseStatus }>(
  'conflict',
  'PURCHASE_ON_HOLD',
  'The purchase is held for review. An administrator must confirm or release it.',
  ({ purchase_id: id }) => `Purchase ${id} is held for review. An administrator must confirm or release it.`,
);

export const purchaseNotHeld = defineError<{ purchase_id: string; status: PurchaseStatus }>(
  'conflict',
  'PURCHASE_NOT_HELD',
  'The purchase is not held for review.',
  ({ purchase_id: id }) => `Purchase ${id} is not held for review.`,
);

export const amendmentConflict = defineError<{
  purchase_id: string;
  version: string;
  amount: string;
  reason: string;
}>(
  'conflict',
  'AMENDMENT_CONFLICT',
  'An amendment of this version with other content was received before. Send a new version.',
  ({ purchase_id: id, version }) =>
    `Version "${version}" of purchase ${id} was received before with other content. Send a new version.`,
);

export const invalidPurchaseStatus = defineError<{ status: string; allowed: readonly string[] }>(
  'unprocessable',
  'INVALID_PURCHASE_STATUS',
  'The status of a purchase must be one of `allowed`.',
  ({ status, allowed }) =>
    `"${status}" is not a status of purchases. It must be one of ${allowed.join(', ')}.`,
);
