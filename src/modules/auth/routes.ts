import type { FastifyRequest } from 'fastify';
import { tokenRevoked, userInactive } from '../../core/caller.ts';
import { rateLimited } from '../../core/errors.ts';
import { callerOf } from '../../core/http/authentication.ts';
import type { Routes } from '../../core/http/route.ts';
import { expiredRefreshToken, invalidCredentials, invalidRefreshToken } from './errors.ts';
import { LoginBody, presentTokens, RefreshBody, TokenBody } from './schemas.ts';
import type { AuthService } from './service.ts';

export function authRoutes(service: AuthService, limits: { readonly loginsPerMinute: number }): Routes {
  return (server) => {
    const limit = { max: limits.loginsPerMinute, timeWindow: '1 minute' };
    const countAccount = server.createRateLimit({ ...limit, keyGenerator: accountOf });

    /** Counted by hand: of several `server.rateLimit` hooks on a route, only the first one runs. */
    async function limitAccount(request: FastifyRequest): Promise<void> {
      const count = await countAccount(request);
      if (!count.isAllowed && count.isExceeded)
        throw rateLimited({ retry_after_seconds: count.ttlInSeconds });
    }

    server.post(
      '/auth/login',
      {
        schema: {
          tags: ['auth'],
          summary: 'Log in',
          description: 'Throttled per account and per address.',
          body: LoginBody,
          response: { 200: TokenBody },
        },
        config: { access: 'public', errors: [invalidCredentials, userInactive, rateLimited] },
        // The account is in the body, so both limits count once that is read.
        preHandler: [server.rateLimit(limit), limitAccount],
      },
      async ({ body }) => presentTokens(await service.login(body.email, body.password)),
    );

    server.post(
      '/auth/refresh',
      {
        schema: {
          tags: ['auth'],
          summary: 'Exchange a refresh token for the next pair',
          description:
            'Works once for each token. A repeat within ten seconds gives the same pair again; a later one ends the session.',
          body: RefreshBody,
          response: { 200: TokenBody },
        },
        config: {
          access: 'public',
          errors: [invalidRefreshToken, expiredRefreshToken, tokenRevoked, userInactive],
        },
      },
      async ({ body, id }) => presentTokens(await service.refresh(body.refresh_token, id)),
    );

    server.post(
      '/auth/logout',
      {
        schema: { tags: ['auth'], summary: 'End this session' },
        config: { access: ['user', 'admin'] },
      },
      async (request, reply) => {
        await service.logout(callerOf(request));
        return reply.code(204).send();
      },
    );
  };
}

function accountOf({ body }: FastifyRequest): string {
  return (body as { email: string }).email.trim().toLowerCase();
}
