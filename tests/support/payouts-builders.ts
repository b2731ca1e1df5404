import { newId } from '../../src/core/id.ts';
import type {
  BankDetails,
  Payout,
  PayoutOrder,
  ReviewedPayout,
} from '../../src/modules/money/payouts/model.ts';
import { NOW, SHOPPER, userActor } from './purchases-builders.ts';

/** A payout of 10.00 EUR that was just requested. */
export function aPayout(fields: Partial<Payout> = {}): Payout {
  return {
    id: newId(),
    userId: SHOPPER,
    amount: 10_00n,
    currency: 'EUR',
    method: 'bank_transfer',
    maskedDetails: { iban: 'DE89**************3000', accountHolder: 'E*** M***' },
    status: 'requested',
    requestedAt: NOW,
    processingAt: null,
    settledAt: null,
    externalReference: null,
    failureReason: null,
    returnedAt: null,
    returnReason: null,
    processingBy: null,
    completedBy: null,
    needsFourEyes: false,
    ...fields,
  };
}

/** The same as an administrator sees it. */
export function aReviewedPayout(fields: Partial<ReviewedPayout> = {}): ReviewedPayout {
  return {
    ...aPayout(),
    ownerActive: true,
    ownerEmail: 'shopper@example.com',
    takenBy: null,
    walletAvailable: 90_00n,
    account: { isNew: true, otherUsers: 0 },
    ...fields,
  };
}

/** Of every order that says nothing else. */
export const BANK_DETAILS: BankDetails = {
  iban: 'DE89370400440532013000',
  accountHolder: 'Erika Mustermann',
};

export function aPayoutOrder(fields: Partial<PayoutOrder> = {}): PayoutOrder {
  return {
    actor: userActor(SHOPPER),
    userId: SHOPPER,
    amount: 10_00n,
    currency: 'EUR',
    method: 'bank_transfer',
    bankDetails: BANK_DETAILS,
    request: undefined,
    ...fields,
  };
}

/** Bank details, and what the API shows of them. */
export const IBAN = 'DE89370400440532013000';
export const ACCOUNT_HOLDER = 'Erika Mustermann';
export const MASKED = { iban: 'DE89**************3000', account_holder: 'E*** M***' };

export function payoutBody(fields: Record<string, unknown> = {}) {
  const details = { iban: IBAN, account_holder: ACCOUNT_HOLDER };
  return { amount: '10.00', method: 'bank_transfer', details, ...fields };
}
