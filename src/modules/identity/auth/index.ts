import type { Database } from '../../../core/database/index.ts';
import type { HttpServer } from '../../../core/http/route.ts';
import { purgeJob } from '../../../core/jobs.ts';
import { type EncryptionKey, encryption } from '../../../core/secrets/encryption.ts';
import type { Kernel } from '../../../kernel.ts';
import type { EventSource } from '../../platform/events/index.ts';
import type { UserClient } from '../users/index.ts';
import { type AccountService, accountService } from './accounts.ts';
import { deviceCookies } from './device-cookies.ts';
import { FEED_EVENTS } from './events.ts';
import { factorService } from './factors.ts';
import { factorRepository } from './factors-repository.ts';
import { factorRoutes } from './factors-routes.ts';
import { loginBudgetRepository } from './login-budget-repository.ts';
import { loginBudgets } from './login-budgets.ts';
import { passwordResetService } from './password-reset.ts';
import { authRepository } from './repository.ts';
import { reencrypt } from './rotation.ts';
import { authRoutes } from './routes.ts';
import { type AuthService, authService } from './service.ts';
import { tokenIssuer } from './tokens.ts';

export type AuthClient = Pick<AuthService, 'authenticate'> & Pick<AccountService, 'endAccess'>;

export function authModule(
  kernel: Kernel,
  needs: {
    readonly users: UserClient;
    readonly tokens: {
      readonly keys: readonly { readonly id: string; readonly secret: string }[];
      readonly accessTtlSeconds: number;
      readonly refreshTtlSeconds: number;
      readonly resetTtlSeconds: number;
      readonly sessionMaxDays: number;
    };
    readonly encryptionKeys: readonly EncryptionKey[];
    readonly isFactorRequiredOfAdmins: boolean;
    readonly loginFailures: number;
    /** Whether clients reach the platform over TLS. */
    readonly isSecure: boolean;
  },
) {
  const deps = { ...kernel, ...needs };
  const tokens = tokenIssuer({ ...deps, ...deps.tokens });
  const repository = authRepository();
  const { resetTtlSeconds } = deps.tokens;
  const budgets = loginBudgets({ ...deps, budgets: loginBudgetRepository() });
  const factors = factorService({
    ...deps,
    repository: factorRepository(),
    sessions: repository,
    encryption: encryption(deps.encryptionKeys),
  });
  const service = authService({ ...deps, ...deps.tokens, tokens, repository, budgets, factors });
  const passwordResets = passwordResetService({
    ...deps,
    tokens,
    resetTtlSeconds,
    repository,
    sessions: service,
  });
  const accounts = accountService({ ...deps, repository, budgets });
  return {
    routes: (server: HttpServer) => {
      const devices = deviceCookies(deps);
      authRoutes({ service, passwordResets, accounts, devices })(server);
      factorRoutes({ service, factors, devices, limitRate: deps.limitRate })(server);
    },
    client: { ...service, endAccess: accounts.endAccess } satisfies AuthClient,
    /** For the command that removes a lost second factor. */
    resetFactor: factors.resetFactor,
    /** For the command that resets the password of staff. */
    issueResetTokenOnServer: passwordResets.issueResetTokenOnServer,
    eventSource: { events: FEED_EVENTS } satisfies EventSource,
    jobs: [
      purgeJob('purge-login-budgets', budgets.purgeExpired),
      purgeJob('purge-refresh-tokens', service.purgeExpiredTokens),
    ],
  };
}

/** For the command that rotates keys: encrypts secrets again with the first of `keys`. Returns the number of accounts. */
export function reencryptSecondFactors(database: Database, keys: readonly EncryptionKey[]): Promise<number> {
  return reencrypt({ database, repository: factorRepository(), keys });
}
