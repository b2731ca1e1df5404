import { defineError } from './errors.ts';

export type Role = 'user' | 'admin';

/** Who makes a request, as the bearer token and the account behind it say at this moment. */
export type Caller = {
  readonly type: Role;
  readonly id: string;
  readonly sessionId: string;
  readonly requestId: string;
};

/** @throws INVALID_TOKEN, EXPIRED_TOKEN, TOKEN_REVOKED or USER_INACTIVE. */
export type Authenticate = (token: string, requestId: string) => Promise<Caller>;

export const invalidToken = defineError(
  'unauthenticated',
  'INVALID_TOKEN',
  'The access token is missing or not valid.',
);

export const expiredToken = defineError('unauthenticated', 'EXPIRED_TOKEN', 'The access token has expired.');

export const tokenRevoked = defineError(
  'unauthenticated',
  'TOKEN_REVOKED',
  'The session has ended; log in again.',
);

export const userInactive = defineError('unauthenticated', 'USER_INACTIVE', 'The account is not active.');

/** What any route that is not public may answer. */
export const authenticationErrors = [invalidToken, expiredToken, tokenRevoked, userInactive];
