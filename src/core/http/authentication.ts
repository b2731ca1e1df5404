import type { FastifyRequest } from 'fastify';
import { type AccountCaller, type Authenticate, type Caller, invalidToken } from '../caller.ts';
import { forbidden } from '../errors.ts';

/** The callers that a route allows: everyone, or callers of the listed types. Every route must state it (route.ts). */
export type Access = 'public' | readonly Caller['type'][];

export function authenticationHook(authenticate: Authenticate) {
  return async (request: FastifyRequest): Promise<void> => {
    const { access, scope, permission } = request.routeOptions.config;
    if (access === undefined || access === 'public') return;
    const caller = await authenticate(bearerToken(request.headers.authorization), request.id);
    if (!access.includes(caller.type))
      throw forbidden({ reason: `This takes the role ${access.join(' or ')}.` });
    if (caller.type === 'partner' && (scope === undefined || !caller.scopes.includes(scope)))
      throw forbidden({ reason: `This takes a key with the scope ${scope}.` });
    if (caller.type === 'admin' && permission !== undefined && !caller.permissions.includes(permission))
      throw forbidden({ reason: `This takes the permission ${permission}.` });
    request.authenticatedCaller = caller;
  };
}

/** Returns an access token or an API key. `authenticate` distinguishes and verifies them. */
function bearerToken(header: string | undefined): string {
  const [, token] = /^Bearer +([\w.-]+)$/i.exec(header ?? '') ?? [];
  if (token === undefined) throw invalidToken();
  return token;
}

/** Returns the caller. Only for routes that are not public. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.authenticatedCaller === undefined)
    throw new Error(`${request.url} has no caller: is it public?`);
  return request.authenticatedCaller;
}

/** Returns the user or administrator. Only for routes that partners cannot call. */
export function accountOf(request: FastifyRequest): AccountCaller {
  const caller = callerOf(request);
  if (caller.type === 'partner')
    throw new Error(`${request.url} requires an account: is it open to partners?`);
  return caller;
}
