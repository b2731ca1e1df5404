import { newId } from '../../src/core/id.ts';
import type { Merchant } from '../../src/modules/catalogue/merchants/index.ts';
import type { Offer, OfferTerms } from '../../src/modules/catalogue/offers/index.ts';
import type { Reward } from '../../src/modules/earning/cashback/index.ts';
import type { CapUsage, RewardClaim } from '../../src/modules/earning/cashback/model.ts';
import {
  PLATFORM,
  type Purchase,
  type PurchaseLine,
  type PurchaseSubmission,
} from '../../src/modules/earning/purchases/model.ts';
import type { PartnerNames, SenderClient } from '../../src/modules/identity/partners/index.ts';
import type { Profile } from '../../src/modules/identity/users/index.ts';
import type { WalletBalances } from '../../src/modules/insight/balances/index.ts';
import type { Adjustment, Movement, Wallet } from '../../src/modules/money/wallets/model.ts';
import type { Actor } from '../../src/modules/platform/events/index.ts';

/*
 * Values of the money core as tests need them: whole by default, different where a test says so.
 */

export const NOW = Temporal.Instant.from('2026-03-14T09:26:53Z');
export const SHOPPER = '01936f2e-8c1b-7c3a-9d55-000000000001';
export const STRANGER = '01936f2e-8c1b-7c3a-9d55-000000000002';
export const ADMIN = '01936f2e-8c1b-7c3a-9d55-0000000000ad';
export const MERCHANT = '01936f2e-8c1b-7c3a-9d55-000000000003';
export const OFFER = '01936f2e-8c1b-7c3a-9d55-000000000004';
export const WALLET = '01936f2e-8c1b-7c3a-9d55-000000000005';

/** Senders that still may send, and have no names. */
export const fakeSenders: SenderClient & PartnerNames = {
  findPartnerNames: async () => new Map(),
  queueLockStanding: () => undefined,
  findStanding: async () => () => undefined,
};

/** Ten-thousandths of a percent, the unit of percent terms. */
export const ONE_PERCENT = 10_000n;

export function userActor(id: string): Actor {
  return { type: 'user', id, requestId: 'test' };
}

export function adminActor(id: string): Actor {
  return { type: 'admin', id, requestId: 'test' };
}

export function partnerActor(id: string): Actor {
  return { type: 'partner', id, requestId: 'test' };
}

export function aUser(fields: Partial<Profile> = {}): Profile {
  return {
    id: SHOPPER,
    email: 'shopper@example.com',
    role: 'user',
    staffRoles: [],
    active: true,
    createdAt: NOW,
    emailVerifiedAt: null,
    locale: 'en',
    displayName: null,
    externalReference: null,
    ...fields,
  };
}

export function aMerchant(fields: Partial<Merchant> = {}): Merchant {
  return {
    id: MERCHANT,
    name: 'Corner Books',
    defaultCashbackPercentage: 5,
    confirmationDays: null,
    active: true,
    inactiveSince: null,
    ...fields,
  };
}

export function aSubmission(fields: Partial<PurchaseSubmission> = {}): PurchaseSubmission {
  return {
    actor: adminActor(ADMIN),
    externalId: 'order-1',
    userId: SHOPPER,
    merchantId: MERCHANT,
    amount: 4990n,
    currency: 'EUR',
    purchasedAt: undefined,
    ...fields,
  };
}

export function aLine(fields: Partial<PurchaseLine> = {}): PurchaseLine {
  return { lineId: 'a', amount: 4990n, category: null, status: 'approved', ...fields };
}

export function aPurchase(fields: Partial<Purchase> = {}): Purchase {
  return {
    id: newId(),
    partnerId: null,
    namespace: fields.partnerId ?? PLATFORM,
    externalId: 'order-1',
    userId: SHOPPER,
    merchantId: MERCHANT,
    offerId: OFFER,
    amount: 4990n,
    originalAmount: fields.amount ?? 4990n,
    currency: 'EUR',
    purchasedAt: NOW,
    status: 'pending',
    held: false,
    createdAt: NOW,
    confirmedAt: null,
    reversedAt: null,
    reversalReason: null,
    releaseQueue: null,
    releasedAt: null,
    revision: 0,
    orderKey: null,
    ...fields,
  };
}

export function someTerms(fields: Partial<OfferTerms> = {}): OfferTerms {
  return {
    offerId: OFFER,
    type: 'percent',
    value: 5n * ONE_PERCENT,
    currency: 'EUR',
    monthlyCap: null,
    capGroup: OFFER,
    ...fields,
  };
}

/** The validity of an offer that was never stopped. */
export const MARCH = [
  {
    from: Temporal.Instant.from('2026-03-01T00:00:00Z'),
    until: Temporal.Instant.from('2026-04-01T00:00:00Z'),
  },
];

export function anOffer(fields: Partial<Offer> = {}): Offer {
  return {
    id: OFFER,
    merchantId: MERCHANT,
    terms: someTerms(),
    startDate: '2026-03-01',
    endDate: '2026-03-31',
    active: true,
    validity: MARCH,
    capRefill: false,
    ...fields,
  };
}

export function aReward(fields: Partial<Reward> = {}): Reward {
  return {
    id: newId(),
    purchaseId: newId(),
    userId: SHOPPER,
    terms: someTerms(),
    capMonth: null,
    uncappedAmount: 250n,
    amount: 250n,
    currency: 'EUR',
    status: 'pending',
    ...fields,
  };
}

export function aClaim(fields: Partial<RewardClaim> = {}): RewardClaim {
  return {
    rewardId: newId(),
    purchaseId: newId(),
    userId: SHOPPER,
    amount: 4990n,
    currency: 'EUR',
    purchasedAt: NOW,
    terms: someTerms(),
    ...fields,
  };
}

export function aCapUsage(fields: Partial<CapUsage> = {}): CapUsage {
  return {
    userId: SHOPPER,
    capGroup: OFFER,
    month: '2026-03-01',
    cap: 1000n,
    used: 0n,
    isRecorded: true,
    currency: 'EUR',
    ...fields,
  };
}

export function someBalances(fields: Partial<WalletBalances> = {}): WalletBalances {
  return {
    userId: SHOPPER,
    currency: 'EUR',
    pending: 0n,
    available: 0n,
    paid: 0n,
    payoutsUnderWay: 0n,
    ...fields,
  };
}

export function aWallet(fields: Partial<Wallet> = {}): Wallet {
  return {
    id: WALLET,
    userId: SHOPPER,
    currency: 'EUR',
    pending: 0n,
    available: 0n,
    paid: 0n,
    lastSequence: 0n,
    ...fields,
  };
}

/** A credit that awaits approval if `needsFourEyes`. */
export function anAdjustment(fields: Partial<Adjustment> = {}): Adjustment {
  return {
    id: '01936f2e-8c1b-7c3a-9d55-0000000000ad',
    userId: SHOPPER,
    currency: 'EUR',
    amount: 12_50n,
    direction: 'credit',
    reason: 'Goodwill.',
    adminId: STRANGER,
    needsFourEyes: false,
    decision: null,
    createdAt: NOW,
    ...fields,
  };
}

export function aMovement(fields: Partial<Movement> = {}): Movement {
  return {
    userId: SHOPPER,
    currency: 'EUR',
    type: 'cashback_credit',
    from: 'platform',
    to: 'pending',
    amount: 250n,
    source: { type: 'purchase', id: newId() },
    ...fields,
  };
}
