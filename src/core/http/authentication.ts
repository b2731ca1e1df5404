import type { FastifyRequest } from 'fastify';
import { defineError, forbidden } from '../errors.ts';

export type Role = 'user' | 'admin';

/** Who makes a request, as the bearer token and the account behind it say at this moment. */
export type Caller = {
  readonly type: Role;
  readonly id: string;
  readonly sessionId: string;
  readonly requestId: string;
};

/** Who may call a route: anybody, or callers of these roles. Every route states it; see core/http/server.ts. */
export type Access = 'public' | readonly Role[];

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

export function authenticationHook(authenticate: Authenticate) {
  return async (request: FastifyRequest): Promise<void> => {
    const { access } = request.routeOptions.config;
    if (access === undefined || access === 'public') return;
    const caller = await authenticate(bearerToken(request.headers.authorization), request.id);
    if (!access.includes(caller.type))
      throw forbidden({ reason: `This takes the role ${access.join(' or ')}.` });
    request.authenticatedCaller = caller;
  };
}

function bearerToken(header: string | undefined): string {
  const [, token] = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header ?? '') ?? [];
  if (token === undefined) throw invalidToken();
  return token;
}

/** The caller of a route that is not public. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.authenticatedCaller === undefined)
    throw new Error(`${request.url} has no caller: is it public?`);
  return request.authenticatedCaller;
}
