import { defineError } from './errors.ts';
import type { Message } from './secrets/signatures.ts';

export type Role = 'user' | 'admin';

/** A user with an account, by the present state of access token and account. */
export type AccountCaller = {
  readonly type: Role;
  readonly id: string;
  readonly sessionId: string;
  readonly requestId: string;
};

/** A machine client, by the present state of API key and partner. */
export type PartnerCaller = {
  readonly type: 'partner';
  readonly id: string;
  readonly keyId: string;
  readonly scopes: readonly string[];
  readonly requestId: string;
  /** Takes a message once. @throws INVALID_SIGNATURE, unless its signature is good or none is needed. */
  readonly requireSignature: (message: Message) => Promise<void>;
};

/** Who makes a request. */
export type Caller = AccountCaller | PartnerCaller;

/** @throws INVALID_TOKEN, EXPIRED_TOKEN, TOKEN_REVOKED or USER_INACTIVE. */
export type Authenticate = (token: string, requestId: string) => Promise<Caller>;

export const invalidToken = defineError(
  'unauthenticated',
  'INVALID_TOKEN',
  'The access token or API key is missing or not valid.',
);

export const expiredToken = defineError(
  'unauthenticated',
  'EXPIRED_TOKEN',
  'The access token or API key has expired.',
);

export const tokenRevoked = defineError(
  'unauthenticated',
  'TOKEN_REVOKED',
  'The session has ended, or the API key was revoked.',
);

export const userInactive = defineError(
  'unauthenticated',
  'USER_INACTIVE',
  'The account or partner is not active.',
);

/** The errors that every route except public ones may return. */
export const authenticationErrors = [invalidToken, expiredToken, tokenRevoked, userInactive];
