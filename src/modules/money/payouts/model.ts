import type { PayoutMethod, PayoutStatus } from '../../../core/database/schema.generated.ts';
import type { Actor } from '../../platform/events/index.ts';
import type { IdempotentRequest } from '../../platform/idempotency/index.ts';

export type { PayoutMethod, PayoutStatus } from '../../../core/database/schema.generated.ts';

/** The state machine. A trigger in the database enforces the same table. */
export const TRANSITIONS: Readonly<Record<PayoutStatus, readonly PayoutStatus[]>> = {
  requested: ['processing', 'completed', 'failed', 'cancelled'],
  processing: ['completed', 'failed'],
  completed: ['returned'],
  returned: [],
  failed: [],
  cancelled: [],
};

/** The statuses in which the money went back to the user. Such payouts count towards no limit. */
export const REFUNDED: readonly PayoutStatus[] = ['failed', 'cancelled', 'returned'];

/** The unmasked bank details. They exist in memory only, and are stored encrypted. */
export type BankDetails = { readonly iban: string; readonly accountHolder: string };

export type PayoutOrder = {
  readonly actor: Actor;
  readonly userId: string;
  /** Minor units of `currency`. */
  readonly amount: bigint;
  readonly currency: string;
  readonly method: PayoutMethod;
  /** Undefined in an order that takes those of `fromPayoutId`. */
  readonly bankDetails?: BankDetails | undefined;
  /** An earlier payout of the same user, to whose account this one goes too. */
  readonly fromPayoutId?: string | undefined;
  readonly request: IdempotentRequest | undefined;
};

export type Payout = {
  readonly id: string;
  readonly userId: string;
  /** Minor units of `currency`. */
  readonly amount: bigint;
  readonly currency: string;
  readonly method: PayoutMethod;
  /** The form that may be shown and logged. */
  readonly maskedDetails: BankDetails;
  readonly status: PayoutStatus;
  readonly requestedAt: Temporal.Instant;
  readonly processingAt: Temporal.Instant | null;
  readonly settledAt: Temporal.Instant | null;
  readonly externalReference: string | null;
  readonly failureReason: string | null;
  readonly returnedAt: Temporal.Instant | null;
  readonly returnReason: string | null;
  /** The administrator who took it to `processing`. */
  readonly processingBy: string | null;
  readonly completedBy: string | null;
  /** True if the one who completes it must be another administrator. */
  readonly needsFourEyes: boolean;
};

/** A payout as administrators see it: a deactivated owner gets no money. */
export type ReviewedPayout = Payout &
  ReviewFacts & {
    readonly ownerActive: boolean;
    readonly ownerEmail: string;
    /** The address of the administrator who took it to `processing`. */
    readonly takenBy: string | null;
  };

/** What warns of a payout. */
export type ReviewFacts = {
  /** In minor units of the payout's currency. Negative if the owner owes it. */
  readonly walletAvailable: bigint;
  /** Null if the account is unknown: it was shredded, or is not compared yet. */
  readonly account: {
    /** False if an earlier payout of the owner to this account was completed. */
    readonly isNew: boolean;
    /** The number of other users with payouts to this account. */
    readonly otherUsers: number;
  } | null;
};

/** A new payout with its encrypted bank details. */
export type SealedPayout = {
  readonly payout: Payout;
  readonly encryptedDetails: string;
  readonly accountFingerprint: string;
};

/** An order to change the status of a payout. Only a completion has a reference. A failure and a return have a reason. */
export type PayoutMove = {
  readonly actor: Actor;
  readonly payoutId: string;
  readonly to: Exclude<PayoutStatus, 'requested'>;
  readonly externalReference?: string | undefined;
  readonly reason?: string | undefined;
};

/** A payout with its unmasked bank details, as the bank needs it. */
export type Transfer = { readonly payout: Payout; readonly bankDetails: BankDetails };

/** The encrypted bank details of a payout, and whose they are. Empty details were shredded. */
export type StoredAccount = {
  readonly payoutId: string;
  readonly userId: string;
  readonly encryptedDetails: string;
};

/** What a user may have paid out now. Amounts are in minor units of `currency`. */
export type Allowance = {
  readonly currency: string;
  readonly minimum: bigint;
  readonly monthlyLimit: bigint;
  readonly leftThisMonth: bigint;
  readonly available: bigint;
  /** The largest amount of a request. 0 if anything blocks one. */
  readonly maximum: bigint;
  readonly blockedBy: readonly AllowanceBlock[];
  readonly lastAccount: LastAccount | null;
};

export const ALLOWANCE_BLOCKS = ['email_unverified', 'owes', 'below_minimum', 'monthly_limit'] as const;

export type AllowanceBlock = (typeof ALLOWANCE_BLOCKS)[number];

/** The account of an earlier payout. Its bank details are masked. */
export type LastAccount = { readonly payoutId: string; readonly maskedDetails: BankDetails };

/** In minor units, by currency. Every supported currency has both limits. */
export type PayoutLimits = {
  readonly minimum: ReadonlyMap<string, bigint>;
  readonly monthly: ReadonlyMap<string, bigint>;
};

/** Of each list, one value must match. */
export type PayoutFilter = {
  readonly statuses?: readonly PayoutStatus[] | undefined;
  readonly userIds?: readonly string[] | undefined;
  readonly ids?: readonly string[] | undefined;
  /** References of the transfer at the bank. The case is ignored. */
  readonly externalReferences?: readonly string[] | undefined;
  /** The seconds in which it was requested, both included. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

/**
 * A payout as its owner sees it, in plain JSON. This response is stored with the idempotency key of its request. A repeat
 * gets the stored response, even if the payout has changed since.
 */
export type PayoutStatement = {
  readonly id: string;
  readonly status: PayoutStatus;
  readonly amount: string;
  readonly currency: string;
  readonly method: PayoutMethod;
  readonly details: { readonly iban: string; readonly account_holder: string };
  readonly requested_at: string;
  readonly processing_at: string | null;
  readonly settled_at: string | null;
  readonly external_reference: string | null;
  readonly failure_reason: string | null;
  readonly returned_at: string | null;
  readonly return_reason: string | null;
};

/** A purchase that speaks against paying its buyer. */
export type Blocker = {
  readonly userId: string;
  readonly purchaseId: string;
} & (
  | { readonly kind: 'held' }
  | { readonly kind: 'reversed_for_fraud'; readonly reversedAt: Temporal.Instant }
);
