import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type DomainError, defineError, notFound } from '../../src/core/errors.ts';
import { methodNotAllowed } from '../../src/core/http/errors.ts';
import { unsupportedCurrency } from '../../src/core/money.ts';
import { merchantAlreadyExists, merchantNotActive } from '../../src/modules/catalogue/merchants/errors.ts';
import { activeOfferAlreadyExists } from '../../src/modules/catalogue/offers/errors.ts';
import * as purchases from '../../src/modules/earning/purchases/errors.ts';
import { partnerAlreadyExists } from '../../src/modules/identity/partners/errors.ts';
import { payoutInvalidTransition } from '../../src/modules/money/payouts/errors.ts';
import { insufficientBalance, walletFull } from '../../src/modules/money/wallets/errors.ts';

const overlap = { merchant_id: 'm1', offer_id: 'o1', start_date: '2026-03-01', end_date: '2026-03-31' };
const settled = { purchase_id: 'p1', status: 'confirmed', allowed_transitions: ['reversed'] } as const;
const payout = {
  payout_id: 'w1',
  status: 'requested',
  allowed_transitions: ['processing', 'failed'],
} as const;

const MESSAGES: readonly (readonly [DomainError, string])[] = [
  [notFound('merchant', 'm1'), 'Merchant m1 was not found.'],
  [notFound('partner_key', 'k1'), 'Partner key k1 was not found.'],
  [notFound('route', 'GET /x'), 'Route GET /x was not found.'],
  [
    methodNotAllowed({ method: 'PUT', allowed: ['GET', 'HEAD'] }),
    'The path does not have the method PUT. It has GET, HEAD.',
  ],
  [
    unsupportedCurrency({ currency: 'XTS', supported: ['EUR', 'USD'] }),
    'The currency XTS is not supported. It must be one of EUR, USD.',
  ],
  [merchantAlreadyExists({ name: 'NIKE', merchant_id: 'm1' }), 'The name "NIKE" is taken by merchant m1.'],
  [merchantNotActive({ merchant_id: 'm1' }), 'Merchant m1 is not active.'],
  [partnerAlreadyExists({ name: 'A', partner_id: 'a1' }), 'The name "A" is taken by partner a1.'],
  [activeOfferAlreadyExists(overlap), 'Merchant m1 has the active offer o1 from 2026-03-01 to 2026-03-31.'],
  [
    activeOfferAlreadyExists({ ...overlap, offer_id: null, start_date: null, end_date: null }),
    'Merchant m1 has another active offer in these dates.',
  ],
  [
    purchases.duplicatePurchase({ external_id: 'x-1', purchase: {}, differences: [] }),
    'A purchase with the external id "x-1" exists already. It was rewarded once.',
  ],
  [purchases.userNotEligible({ user_id: 'u1', reason: 'unknown' }), 'User u1 is unknown.'],
  [purchases.merchantNotEligible({ merchant_id: 'm1', reason: 'inactive' }), 'Merchant m1 is inactive.'],
  [
    purchases.offerNotAvailable({ merchant_id: 'm1', purchased_on: '2026-03-14', currency: 'EUR' }),
    'Merchant m1 has no active offer for 2026-03-14 and EUR.',
  ],
  [
    purchases.purchaseNotPending(settled),
    'Purchase p1 is confirmed. Only a pending purchase can be confirmed.',
  ],
  [purchases.purchaseAlreadyReversed(settled), 'Purchase p1 is reversed already.'],
  [
    purchases.purchaseOnHold(settled),
    'Purchase p1 is held for review. An administrator must confirm or release it.',
  ],
  [purchases.purchaseNotHeld(settled), 'Purchase p1 is not held for review.'],
  [
    purchases.amendmentConflict({ purchase_id: 'p1', version: 'v1', amount: '1.00', reason: 'returned' }),
    'Version "v1" of purchase p1 was received before with other content. Send a new version.',
  ],
  [
    purchases.invalidPurchaseStatus({ status: 'open', allowed: ['pending', 'reversed'] }),
    '"open" is not a status of purchases. It must be one of pending, reversed.',
  ],
  [payoutInvalidTransition(payout), 'Payout w1 is requested. It can become processing, failed.'],
  [
    payoutInvalidTransition({ ...payout, status: 'completed', allowed_transitions: [] }),
    'Payout w1 is completed. That is final.',
  ],
  [
    insufficientBalance({
      available_balance: '5.00',
      pending_balance: '0.00',
      requested_amount: '10.00',
      currency: 'EUR',
    }),
    'The available balance of 5.00 EUR is lower than 10.00 EUR.',
  ],
  [
    walletFull({ amount: '1.00', currency: 'EUR' }),
    '1.00 EUR would exceed the maximum balance of the wallet.',
  ],
];

describe('the message of an error names its subject', () => {
  for (const [error, message] of MESSAGES) {
    test(message, () => assert.equal(error.message, message));
  }

  test('and the definition keeps one sentence for the API reference', () => {
    const define = defineError<{ id: string }>(
      'conflict',
      'TAKEN',
      'It is taken.',
      ({ id }) => `${id} is taken.`,
    );
    assert.deepEqual([define.message, define({ id: 'x' }).message], ['It is taken.', 'x is taken.']);
    assert.equal(notFound.message, 'The resource does not exist.');
  });
});
