import type { Entry, Facts } from '../../src/modules/insight/purchase-timeline/model.ts';
import { MERCHANT, NOW, OFFER, SHOPPER } from './purchases-builders.ts';

export function someFacts(fields: Partial<Facts> = {}): Facts {
  return {
    id: '01936f2e-8c1b-7c3a-9d55-0000000000e1',
    externalId: 'order-1',
    orderKey: null,
    userId: SHOPPER,
    userEmail: 'shopper@example.com',
    merchantId: MERCHANT,
    merchantName: 'Corner Books',
    partnerId: null,
    partnerName: null,
    offerId: OFFER,
    originalAmount: 50_00n,
    currency: 'EUR',
    status: 'pending',
    held: false,
    revision: 0,
    purchasedAt: NOW,
    createdAt: NOW,
    confirmedAt: null,
    reversedAt: null,
    reversalReason: null,
    isAwaitingRelease: false,
    isUserActive: true,
    isMerchantActive: true,
    confirmationDays: null,
    holdReasons: [],
    hasPendingLine: false,
    wallet: { id: '01936f2e-8c1b-7c3a-9d55-0000000000f1', pending: 2_50n, available: 0n },
    ...fields,
  };
}

export function anEntry(fields: Partial<Entry> = {}): Entry {
  return {
    sequence: 1n,
    type: 'cashback_credit',
    from: 'platform',
    to: 'pending',
    amount: 2_50n,
    sourceId: '01936f2e-8c1b-7c3a-9d55-0000000000e1',
    pendingAfter: 2_50n,
    availableAfter: 0n,
    paidAfter: 0n,
    createdAt: NOW,
    ...fields,
  };
}
