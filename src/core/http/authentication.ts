import type { FastifyRequest } from 'fastify';
import {
  type AccountCaller,
  type Authenticate,
  type Caller,
  invalidToken,
  mfaEnrolmentRequired,
  mfaStepUpRequired,
  type PartnerCaller,
  type Proof,
  stepUpRequired,
} from '../caller.ts';
import type { Clock } from '../clock.ts';
import { forbidden } from '../errors.ts';
import { ANY_SCOPE, type HttpServer } from './route.ts';

/** After this time, a request that is still arriving is authenticated again when it is complete. */
const FRESH_FOR_MS = 1_000;

/**
 * Authenticates each request before its body is read, and again when a slow body has arrived: the sender may have been
 * deactivated, logged out or revoked meanwhile.
 */
export function addAuthentication(server: HttpServer, authenticate: Authenticate, clock: Clock): void {
  const authenticatedAt = new WeakMap<FastifyRequest, number>();

  server.addHook('onRequest', async (request) => {
    authenticatedAt.set(request, clock().epochMilliseconds);
    await authenticateRequest(request);
  });
  server.addHook('preValidation', async (request) => {
    const since = authenticatedAt.get(request) ?? 0;
    if (clock().epochMilliseconds - since > FRESH_FOR_MS) await authenticateRequest(request);
  });

  /**
   * @throws the errors of `authenticate`; if the route does not allow the caller FORBIDDEN, MFA_ENROLMENT_REQUIRED,
   * MFA_STEP_UP_REQUIRED or STEP_UP_REQUIRED.
   */
  async function authenticateRequest(request: FastifyRequest): Promise<void> {
    const { access, scope, permission, stepUp, beforeEnrolment, takesRefreshToken } =
      request.routeOptions.config;
    if (access === undefined || access === 'public') return;
    if (takesRefreshToken && request.headers.authorization === undefined) return;
    const caller = await authenticate(bearerToken(request.headers.authorization), request.id);
    // Also of a request that is refused below: the log names its sender.
    request.authenticatedCaller = caller;
    if (caller.type !== 'partner' && caller.mustEnrol && beforeEnrolment !== true)
      throw mfaEnrolmentRequired();
    if (!access.includes(caller.type))
      throw forbidden({ reason: `This takes the role ${access.join(' or ')}.` });
    if (caller.type === 'partner' && scope !== ANY_SCOPE && !caller.scopes.includes(scope ?? ''))
      throw forbidden({ reason: `This takes a key with the scope ${scope}.` });
    if (caller.type === 'admin' && permission !== undefined && !caller.permissions.includes(permission))
      throw forbidden({ reason: `This takes the permission ${permission}.` });
    if (stepUp !== undefined && caller.type !== 'partner') requireFreshProof(caller.dueProof, stepUp);
  }
}

function requireFreshProof(due: Proof | null, stepUp: true | 'second_factor'): void {
  if (due === 'second_factor') throw mfaStepUpRequired();
  if (due === 'password' && stepUp === true) throw stepUpRequired();
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

/** Returns the partner. Only for routes that partners alone can call. */
export function accountOfPartner(request: FastifyRequest): PartnerCaller {
  const caller = callerOf(request);
  if (caller.type !== 'partner') throw new Error(`${request.url} requires a partner`);
  return caller;
}

/** Returns the user or administrator. Only for routes that partners cannot call. */
export function accountOf(request: FastifyRequest): AccountCaller {
  const caller = callerOf(request);
  if (caller.type === 'partner')
    throw new Error(`${request.url} requires an account: is it open to partners?`);
  return caller;
}
