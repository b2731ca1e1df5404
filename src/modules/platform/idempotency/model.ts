import { DomainError, type ErrorKind } from '../../../core/errors.ts';

/** What JSON keeps as it is, so that a stored answer is repeated word for word. Money and time are text in it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** A request that its client may repeat. Its content in a form that is equal for equal requests, such as money as text. */
export type IdempotentRequest = {
  readonly callerId: string;
  readonly key: string;
  /** `noun.verb`, as in the audit log. */
  readonly operation: string;
  readonly content: Json;
};

/** What a request is answered with, and whether that is the answer of an earlier one with the same key. */
export type Answered<Answer> = { readonly answer: Answer; readonly replayed: boolean };

/** The refusal that an earlier request with the same key was answered with. */
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
