import type { Clock } from '../../../core/clock.ts';
import type { Database } from '../../../core/database/index.ts';
import type { LimitRate } from '../../../core/http/rate-limit.ts';
import { purgeJob } from '../../../core/jobs.ts';
import type { EventClient } from '../../platform/events/index.ts';
import type { UserClient } from '../users/index.ts';
import { accountService } from './accounts.ts';
import { passwordResetService } from './password-reset.ts';
import { authRepository } from './repository.ts';
import { authRoutes } from './routes.ts';
import { type AuthService, authService } from './service.ts';
import { tokenIssuer } from './tokens.ts';

export type AuthClient = Pick<AuthService, 'authenticate'>;

export function authModule(deps: {
  database: Database;
  clock: Clock;
  users: UserClient;
  events: EventClient;
  tokens: {
    readonly keys: readonly { readonly id: string; readonly secret: string }[];
    readonly accessTtlSeconds: number;
    readonly refreshTtlSeconds: number;
    readonly resetTtlSeconds: number;
  };
  limitRate: LimitRate;
  loginsPerMinute: number;
}) {
  const tokens = tokenIssuer({ clock: deps.clock, ...deps.tokens });
  const repository = authRepository();
  const { refreshTtlSeconds, resetTtlSeconds } = deps.tokens;
  const service = authService({ ...deps, tokens, refreshTtlSeconds, repository });
  const passwordResets = passwordResetService({
    ...deps,
    tokens,
    resetTtlSeconds,
    repository,
    sessions: service,
  });
  const accounts = accountService({ ...deps, repository });
  return {
    routes: authRoutes({ service, passwordResets, accounts, ...deps }),
    client: service satisfies AuthClient,
    jobs: [purgeJob('purge-refresh-tokens', service.purgeExpiredTokens)],
  };
}
