import type { FastifyRequest } from 'fastify';
import { invalidToken, tokenRevoked, userInactive } from '../../../core/caller.ts';
import { forbidden, notFound, rateLimited, ruleViolation } from '../../../core/errors.ts';
import { accountOf } from '../../../core/http/authentication.ts';
import { hostOf } from '../../../core/http/host.ts';
import { addressOf, networkOf } from '../../../core/http/rate-limit.ts';
import type { Routes } from '../../../core/http/route.ts';
import { IdParams } from '../../../core/http/schemas.ts';
import { lastActiveAdmin, normalizeEmail, passwordNotComplexEnough } from '../users/index.ts';
import type { AccountService } from './accounts.ts';
import type { RequireHost } from './app-hosts.ts';
import { clientOf } from './clients.ts';
import type { DeviceCookies } from './device-cookies.ts';
import {
  crossSiteRequest,
  expiredRefreshToken,
  invalidCredentials,
  invalidRefreshToken,
  invalidResetToken,
  mfaRequired,
  staffOnly,
} from './errors.ts';
import type { PasswordResetService } from './password-reset.ts';
import type { ResetRequests } from './reset-requests.ts';
import {
  ACCEPTED,
  AcceptedBody,
  LoginBody,
  LogoutBody,
  PasswordChangeBody,
  PasswordResetBody,
  presentResetToken,
  presentTokenPair,
  presentTokens,
  RefreshBody,
  ResetRequestBody,
  ResetTokenBody,
  requireOneHolder,
  SessionTokenBody,
  TokenBody,
  UserStatus,
  UserStatusBody,
} from './schemas.ts';
import type { AuthService } from './service.ts';
import type { SessionCookies } from './session-cookies.ts';

export function authRoutes(deps: {
  readonly service: AuthService;
  readonly passwordResets: PasswordResetService;
  readonly accounts: AccountService;
  readonly resetRequests: Pick<ResetRequests, 'requestReset'>;
  readonly devices: DeviceCookies;
  readonly cookies: SessionCookies;
  readonly requireHost: RequireHost;
}): Routes {
  const { service, passwordResets, resetRequests, accounts, devices, cookies, requireHost } = deps;

  return (server) => {
    server.post(
      '/auth/login',
      {
        schema: {
          tags: ['auth'],
          summary: 'Log in',
          description:
            'Returns a new session. An account with a second factor gets 401 MFA_REQUIRED with a token for `POST /auth/mfa/verification` instead. Returns 429 after too many wrong passwords, to be repeated after `Retry-After`. An IP address or a browser that has logged in to the account before is not affected by wrong passwords from elsewhere. Returns 403 STAFF_ONLY if `client` is `console` and the account has no staff role. A session of the console ends after 12 hours.',
          body: LoginBody,
          response: { 200: SessionTokenBody },
        },
        config: {
          access: 'public',
          errors: [invalidCredentials, mfaRequired, userInactive, staffOnly, forbidden, rateLimited],
        },
      },
      async (request, reply) => {
        const { password, client: app = null } = request.body;
        requireHost(app, hostOf(request));
        const email = normalizeEmail(request.body.email);
        const browser = devices.read(request.headers.cookie, email);
        const origin = { address: addressOf(request), browser, client: clientOf(request), app };
        const tokens = await service.login({ email, password }, origin, request.id);
        reply.header('set-cookie', devices.issue(email));
        cookies.store(reply, app, tokens);
        return presentTokens(tokens, app);
      },
    );

    server.post(
      '/auth/refresh',
      {
        schema: {
          tags: ['auth'],
          summary: 'Refresh a session',
          description:
            'Exchanges a refresh token for the next pair of tokens. A repeat within 10 seconds by the same client, with the same user agent and from the same network, returns the same pair. Any other repeat ends the session. The session ends after `SESSION_MAX_DAYS`, that of the console after 12 hours: log in again. With `client`, takes the token from the cookie of that app, and returns 403 CROSS_SITE_REQUEST unless the browser sends `Sec-Fetch-Site: same-origin`.',
          body: RefreshBody,
          response: { 200: SessionTokenBody },
        },
        config: {
          access: 'public',
          errors: [
            invalidRefreshToken,
            expiredRefreshToken,
            tokenRevoked,
            userInactive,
            crossSiteRequest,
            staffOnly,
          ],
        },
      },
      async (request, reply) => {
        const { refresh_token: sent, client: app = null } = request.body;
        requireOneHolder(request.body);
        const token = app === null ? sent : cookies.read(app, request.headers);
        if (token === undefined) throw invalidRefreshToken();
        const tokens = await service.refresh(token, { app, device: deviceOf(request) }, request.id);
        cookies.store(reply, app, tokens);
        return presentTokens(tokens, app);
      },
    );

    server.post(
      '/users/:id/password-reset',
      {
        schema: {
          tags: ['users'],
          summary: 'Create a password reset token',
          description:
            'Returns a token that works once. Send it to the user. A user who has access to the address asks for a mail instead, by `POST /auth/password-reset-requests`. Imported users set their first password in either way. An earlier token of the user becomes invalid. Returns 403 for staff, whose passwords are reset on the server.',
          params: IdParams,
          response: { 201: ResetTokenBody },
        },
        config: { access: ['admin'], permission: 'users:send-password-link', errors: [notFound] },
      },
      async (request, reply) => {
        const reset = await passwordResets.issueResetToken(request.params.id, accountOf(request));
        return reply.code(201).send(presentResetToken(reset));
      },
    );

    server.post(
      '/auth/password-reset-requests',
      {
        schema: {
          tags: ['auth'],
          summary: 'Request a mail to reset your password',
          description:
            'Mails a link to the address if it has an active account. The response is the same for every address. Staff get no mail: their passwords are reset on the server. Returns 429 if the account or the network address asks too often.',
          body: ResetRequestBody,
          response: { 202: AcceptedBody },
        },
        config: { access: 'public', errors: [rateLimited] },
      },
      async (request, reply) => {
        await resetRequests.requestReset(request.body.email, addressOf(request));
        return reply.code(202).send(ACCEPTED);
      },
    );

    server.post(
      '/auth/password-reset',
      {
        schema: {
          tags: ['auth'],
          summary: 'Set a password with a reset token',
          description:
            'Ends all sessions of the user and returns a new one. With a second factor, sets the password and returns 401 MFA_REQUIRED as a login does.',
          body: PasswordResetBody,
          response: { 200: TokenBody },
        },
        config: {
          access: 'public',
          errors: [invalidResetToken, mfaRequired, userInactive, passwordNotComplexEnough],
        },
      },
      async (request) => {
        const { token, new_password: newPassword } = request.body;
        const from = { address: addressOf(request), client: clientOf(request), requestId: request.id };
        return presentTokenPair(await passwordResets.resetPassword(token, newPassword, from));
      },
    );

    server.patch(
      '/users/me/password',
      {
        schema: {
          tags: ['users'],
          summary: 'Change your password',
          description:
            'Ends your other sessions and keeps this one. Returns 429 after too many wrong passwords.',
          body: PasswordChangeBody,
        },
        config: {
          access: ['user', 'admin'],
          errors: [passwordNotComplexEnough, invalidCredentials, rateLimited],
        },
      },
      async (request, reply) => {
        const { current_password: currentPassword, new_password: newPassword } = request.body;
        await accounts.changePassword(
          accountOf(request),
          { currentPassword, newPassword },
          addressOf(request),
        );
        return reply.code(204).send();
      },
    );

    server.patch(
      '/users/:id/status',
      {
        schema: {
          tags: ['users'],
          summary: 'Activate or deactivate a user',
          description:
            'Deactivation ends the sessions of the user. An inactive user gets 401 and can neither earn rewards nor request payouts. Returns 400 for your own account, and 409 for the last active administrator.',
          params: IdParams,
          body: UserStatusBody,
          response: { 200: UserStatus },
        },
        config: {
          access: ['admin'],
          permission: 'users:set-status',
          errors: [ruleViolation, notFound, lastActiveAdmin],
        },
      },
      async (request) => {
        const id = request.params.id;
        const { status } = request.body;
        await accounts.setUserActive(id, status === 'active', accountOf(request));
        return { id, status };
      },
    );

    server.post(
      '/auth/logout',
      {
        schema: {
          tags: ['auth'],
          summary: 'Log out',
          description:
            'Ends the session of the access token, of the refresh token in the body, or of both. Without an access token, an unknown or expired refresh token returns 204 as well. With `client`, ends the session in the cookie of that app and removes the cookie. Returns 403 CROSS_SITE_REQUEST unless the browser sends `Sec-Fetch-Site: same-origin`.',
          body: LogoutBody,
        },
        config: {
          access: ['user', 'admin'],
          beforeEnrolment: true,
          takesRefreshToken: true,
          errors: [crossSiteRequest],
        },
      },
      async (request, reply) => {
        const { refresh_token: refreshToken, client } = request.body;
        const cookie = client && cookies.read(client, request.headers);
        if (request.authenticatedCaller !== undefined) await service.logout(accountOf(request));
        else if (refreshToken === undefined && client === undefined) throw invalidToken();
        if (refreshToken !== undefined) await service.logoutByToken(refreshToken, null, request.id);
        if (client !== undefined) {
          if (cookie !== undefined) await service.logoutByToken(cookie, client, request.id);
          cookies.remove(reply, client);
        }
        return reply.code(204).send();
      },
    );
  };
}

/** Names the client as far as it is seen: its user agent and its network. */
function deviceOf(request: FastifyRequest): string {
  return JSON.stringify([request.headers['user-agent'] ?? '', networkOf(request)]);
}
