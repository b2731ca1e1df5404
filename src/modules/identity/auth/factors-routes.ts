import type { FastifyRequest } from 'fastify';
import { userInactive } from '../../../core/caller.ts';
import { forbidden, rateLimited } from '../../../core/errors.ts';
import { accountOf } from '../../../core/http/authentication.ts';
import { hostOf } from '../../../core/http/host.ts';
import { addressOf, type LimitRate } from '../../../core/http/rate-limit.ts';
import type { Routes } from '../../../core/http/route.ts';
import type { RequireHost } from './app-hosts.ts';
import { clientOf } from './clients.ts';
import type { DeviceCookies } from './device-cookies.ts';
import {
  invalidCredentials,
  invalidMfaCode,
  invalidMfaToken,
  mfaLocked,
  mfaNotEnrolled,
  staffOnly,
} from './errors.ts';
import type { FactorService } from './factors.ts';
import {
  MfaConfirmationBody,
  MfaEnrolment,
  MfaStatus,
  MfaVerificationBody,
  ProofBody,
  presentEnrolment,
  presentFactor,
  presentRecoveryCodes,
  RecoveryCodes,
  readProof,
  StepUpBody,
} from './factors-schemas.ts';
import { presentTokens, SessionTokenBody } from './schemas.ts';
import type { AuthService } from './service.ts';
import type { SessionCookies } from './session-cookies.ts';
import type { StepUpService } from './step-up.ts';

/** Guesses are limited by account, over days (policies.ts). This limits only what one client can make us write. */
const CODES_PER_MINUTE = 10;

export function factorRoutes(deps: {
  readonly service: Pick<AuthService, 'verifyLogin'>;
  readonly factors: FactorService;
  readonly stepUp: StepUpService;
  readonly devices: Pick<DeviceCookies, 'issue'>;
  readonly cookies: SessionCookies;
  readonly requireHost: RequireHost;
  readonly limitRate: LimitRate;
}): Routes {
  const { service, factors, stepUp, devices, cookies, requireHost, limitRate } = deps;
  const limitCodes = (keyOf: (request: FastifyRequest) => string) =>
    limitRate({ name: 'second factor', perMinute: CODES_PER_MINUTE, keyOf });
  const ofCaller = limitCodes((request) => accountOf(request).id);
  const ofToken = limitCodes(({ body }) => (body as { mfa_token: string }).mfa_token);
  const proofErrors = [invalidMfaCode, mfaNotEnrolled, mfaLocked, rateLimited];

  return (server) => {
    server.post(
      '/auth/mfa/verification',
      {
        schema: {
          tags: ['auth'],
          summary: 'Complete a login with a second factor',
          description:
            'Takes the token from the response MFA_REQUIRED of a login, and a code or a recovery code. Returns a new session.',
          body: MfaVerificationBody,
          response: { 200: SessionTokenBody },
        },
        config: {
          access: 'public',
          errors: [invalidMfaToken, userInactive, staffOnly, forbidden, ...proofErrors],
        },
        preHandler: ofToken,
      },
      async (request, reply) => {
        const { body, id: requestId } = request;
        const { client: app = null } = body;
        requireHost(app, hostOf(request));
        const opening = { client: clientOf(request), app, requestId };
        const { tokens, email } = await service.verifyLogin(body.mfa_token, readProof(body), opening);
        reply.header('set-cookie', devices.issue(email));
        cookies.store(reply, app, tokens);
        return presentTokens(tokens, app);
      },
    );

    server.get(
      '/auth/mfa',
      {
        schema: {
          tags: ['auth'],
          summary: 'Show whether you have a second factor',
          response: { 200: MfaStatus },
        },
        config: { access: ['user', 'admin'], beforeEnrolment: true },
      },
      async (request) => presentFactor(await factors.describe(accountOf(request))),
    );

    server.post(
      '/auth/mfa',
      {
        schema: {
          tags: ['auth'],
          summary: 'Start to enrol a second factor',
          description:
            'Returns a secret for an authenticator app (TOTP, RFC 6238). It takes effect when `POST /auth/mfa/confirmation` gets a first code of it. Until then a second factor that you have stays valid.',
          response: { 201: MfaEnrolment },
        },
        config: { access: ['user', 'admin'], beforeEnrolment: true, stepUp: true },
      },
      async (request, reply) =>
        reply.code(201).send(presentEnrolment(await factors.startEnrolment(accountOf(request)))),
    );

    server.post(
      '/auth/mfa/confirmation',
      {
        schema: {
          tags: ['auth'],
          summary: 'Confirm a second factor with its first code',
          description:
            'Returns ten recovery codes, which replace earlier ones. Ends your other sessions and keeps this one.',
          body: MfaConfirmationBody,
          response: { 200: RecoveryCodes },
        },
        config: {
          access: ['user', 'admin'],
          beforeEnrolment: true,
          errors: [invalidMfaCode, mfaNotEnrolled, rateLimited],
        },
        preHandler: ofCaller,
      },
      async (request) =>
        presentRecoveryCodes(await factors.confirmEnrolment(accountOf(request), request.body.code)),
    );

    server.post(
      '/auth/mfa/step-up',
      {
        schema: {
          tags: ['auth'],
          summary: 'Prove your second factor again',
          description:
            'Operations that answer MFA_STEP_UP_REQUIRED are open to this session for the next five minutes.',
          body: ProofBody,
        },
        config: { access: ['user', 'admin'], errors: proofErrors },
        preHandler: ofCaller,
      },
      async (request, reply) => {
        await factors.stepUp(accountOf(request), readProof(request.body));
        return reply.code(204).send();
      },
    );

    server.post(
      '/auth/step-up',
      {
        schema: {
          tags: ['auth'],
          summary: 'Prove your password again',
          description:
            'Operations that answer STEP_UP_REQUIRED are open to this session for the next five minutes. An account with a second factor sends a code to `POST /auth/mfa/step-up` instead. Returns 429 after too many wrong passwords.',
          body: StepUpBody,
        },
        config: {
          access: ['user', 'admin'],
          beforeEnrolment: true,
          errors: [invalidCredentials, rateLimited],
        },
      },
      async (request, reply) => {
        await stepUp.provePassword(accountOf(request), request.body.password, addressOf(request));
        return reply.code(204).send();
      },
    );

    server.post(
      '/auth/mfa/recovery-codes',
      {
        schema: {
          tags: ['auth'],
          summary: 'Replace your recovery codes',
          description: 'Returns ten new recovery codes. Earlier ones stop working.',
          response: { 201: RecoveryCodes },
        },
        config: { access: ['user', 'admin'], stepUp: 'second_factor', errors: [mfaNotEnrolled] },
      },
      async (request, reply) =>
        reply.code(201).send(presentRecoveryCodes(await factors.replaceRecoveryCodes(accountOf(request)))),
    );

    server.delete(
      '/auth/mfa',
      {
        schema: {
          tags: ['auth'],
          summary: 'Remove your second factor',
          description:
            'Takes a code or a recovery code. Returns 403 to administrators where they must have a second factor: they replace it with `POST /auth/mfa`.',
          body: ProofBody,
        },
        config: { access: ['user', 'admin'], errors: proofErrors },
        preHandler: ofCaller,
      },
      async (request, reply) => {
        await factors.removeFactor(accountOf(request), readProof(request.body));
        return reply.code(204).send();
      },
    );
  };
}
