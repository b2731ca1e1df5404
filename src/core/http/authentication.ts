import type { FastifyRequest } from 'fastify';
import { type Authenticate, type Caller, invalidToken, type Role } from '../caller.ts';
import { forbidden } from '../errors.ts';

/** Who may call a route: anybody, or callers of these roles. Every route states it; see core/http/route.ts. */
export type Access = 'public' | readonly Role[];

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
