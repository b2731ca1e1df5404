import type { AccountCaller } from './caller.ts';

/** A read of personal data: of one user, or a list by these filters. It never contains the values of filters. */
export type PersonalRead = {
  readonly operation: string;
  readonly userId: string | undefined;
  readonly filters: readonly string[];
};

export type RefusedCall = {
  readonly operation: string;
  readonly code: string;
  readonly permission: string | undefined;
};

/** Keeps what administrators read and what they were refused. */
export type AccessLog = {
  readonly recordRead: (admin: AccountCaller, read: PersonalRead) => Promise<void>;
  readonly recordRefusal: (admin: AccountCaller, refused: RefusedCall) => Promise<void>;
};
