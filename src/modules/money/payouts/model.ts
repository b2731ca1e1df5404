import type { PayoutMethod, PayoutStatus } from '../../../core/database/schema.generated.ts';
import type { Actor } from '../../platform/events/index.ts';
import type { IdempotentRequest } from '../../platform/idempotency/index.ts';

export type { PayoutMethod, PayoutStatus } from '../../../core/database/schema.generated.ts';

/** The state machine; the database holds the same table in a trigger. */
export const TRANSITIONS: Readonly<Record<PayoutStatus, readonly PayoutStatus[]>> = {
  requested: ['processing', 'completed', 'failed', 'cancelled'],
  processing: ['completed', 'failed'],
  completed: [],
  failed: [],
  cancelled: [],
};

/** In these the money went back to the user, so that they count against no limit. */
export const REFUNDED: readonly PayoutStatus[] = ['failed', 'cancelled'];

/** Where the money goes, in full: in memory and encrypted, nowhere else. */
export type BankDetails = { readonly iban: string; readonly accountHolder: string };

export type PayoutOrder = {
  readonly actor: Actor;
  readonly userId: string;
  /** Minor units of `currency`. */
  readonly amount: bigint;
  readonly currency: string;
  readonly method: PayoutMethod;
  readonly bankDetails: BankDetails;
  readonly request: IdempotentRequest | undefined;
};

export type Payout = {
  readonly id: string;
  readonly userId: string;
  /** Minor units of `currency`. */
  readonly amount: bigint;
  readonly currency: string;
  readonly method: PayoutMethod;
  /** As it may be shown and logged. */
  readonly maskedDetails: BankDetails;
  readonly status: PayoutStatus;
  readonly requestedAt: Temporal.Instant;
  readonly processingAt: Temporal.Instant | null;
  readonly settledAt: Temporal.Instant | null;
  readonly externalReference: string | null;
  readonly failureReason: string | null;
};

/** A new payout with its bank details as they are stored. */
export type SealedPayout = { readonly payout: Payout; readonly encryptedDetails: string };

/** Somebody moves a payout on. Only a completion has a reference, and only a failure a reason. */
export type PayoutMove = {
  readonly actor: Actor;
  readonly payoutId: string;
  readonly to: Exclude<PayoutStatus, 'requested'>;
  readonly externalReference?: string | undefined;
  readonly reason?: string | undefined;
};

/** In minor units, by currency; a currency has both. */
export type PayoutLimits = {
  readonly minimum: ReadonlyMap<string, bigint>;
  readonly monthly: ReadonlyMap<string, bigint>;
};

export type PayoutFilter = {
  readonly status?: PayoutStatus | undefined;
  readonly userId?: string | undefined;
};

/**
 * A payout as its owner sees it, in plain JSON: what a request for one is answered with is stored beside its
 * idempotency key, and repeated from there whatever has become of the payout since.
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
};
