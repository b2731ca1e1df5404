import type { DomainError } from '../../../core/errors.ts';

/** A report of a partner that was answered with an error. */
export type RefusedReport = {
  readonly partnerId: string;
  /** As it was sent. Null if it could not be read. */
  readonly externalId: string | null;
  readonly error: DomainError;
  readonly requestId: string;
};

/** A stored refusal. */
export type Refusal = {
  readonly id: string;
  readonly refusedAt: Temporal.Instant;
  readonly partnerId: string;
  /** In the form of `normalizeIdentifier`. */
  readonly externalId: string | null;
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly requestId: string;
};

/** The refusals of one partner by one code in one hour, kept or not. */
export type RefusalCount = {
  readonly hour: Temporal.Instant;
  readonly partnerId: string;
  readonly code: string;
  readonly refused: number;
};

/** Of each list, one value must match. */
export type RefusalFilter = {
  readonly externalIds?: readonly string[] | undefined;
  readonly partnerIds?: readonly string[] | undefined;
  readonly codes?: readonly string[] | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};
