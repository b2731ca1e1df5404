import type { FastifyRequest } from 'fastify';
import { type AccountCaller, type Authenticate, type Caller, invalidToken } from '../caller.ts';
import { forbidden } from '../errors.ts';

/** The callers that a route allows: all, or those of these types. Every route states it; see core/http/route.ts. */
export type Access = 'public' | readonly Caller['type'][];

export function authenticationHook(authenticate: Authenticate) {
  return async (request: FastifyRequest): Promise<void> => {
    const { access, scope } = request.routeOptions.config;
    if (access === undefined || access === 'public') return;
    const caller = await authenticate(bearerToken(request.headers.authorization), request.id);
    if (!access.includes(caller.type))
      throw forbidden({ reason: `This takes the role ${access.join(' or ')}.` });
    if (caller.type === 'partner' && (scope === undefined || !caller.scopes.includes(scope)))
      throw forbidden({ reason: `This takes a key with the scope ${scope}.` });
    request.authenticatedCaller = caller;
  };
}

/** An access token or an API key; `authenticate` distinguishes and checks them. */
function bearerToken(header: string | undefined): string {
  const [, token] = /^Bearer +([\w.-]+)$/i.exec(header ?? '') ?? [];
  if (token === undefined) throw invalidToken();
  return token;
}

/** The caller of a route that is not public. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.authenticatedCaller === undefined)
    throw new Error(`${request.url} has no caller: is it public?`);
  return request.authenticatedCaller;
}

/** The caller of a route that is closed to partners. */
export function accountOf(request: FastifyRequest): AccountCaller {
  const caller = callerOf(request);
  if (caller.type === 'partner') throw new Error(`${request.url} takes accounts: is it open to partners?`);
  return caller;
}
