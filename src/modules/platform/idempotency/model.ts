import { DomainError, type ErrorKind } from '../../../core/errors.ts';

/** A value that JSON restores unchanged, so that a stored response is repeated word for word. Money and time are text. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** A request that its client may repeat. Equal requests must have equal `content`: money is in minor units, as text. */
export type IdempotentRequest = {
  readonly callerId: string;
  readonly key: string;
  /** `noun.verb`, as in the audit log. */
  readonly operation: string;
  readonly content: Json;
};

/** The response to a request. `replayed` is true if it was stored by an earlier request with the same key. */
export type IdempotentResponse<Body> = { readonly answer: Body; readonly replayed: boolean };

/** A refusal that was stored by an earlier request with the same key. */
export class RepeatedRefusal extends DomainError {}

export type StoredOutcome =
  | { readonly answer: Json }
  | {
      readonly refusal: {
        readonly kind: ErrorKind;
        readonly code: string;
        readonly message: string;
        readonly details: Readonly<Record<string, unknown>>;
      };
    };

export type StoredRequest = {
  readonly callerId: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly outcome: StoredOutcome;
};
