import { purgeJob } from '../../../core/jobs.ts';
import type { EncryptionKey } from '../../../core/secrets/encryption.ts';
import type { Kernel } from '../../../kernel.ts';
import type { UserClient } from '../users/index.ts';
import { accountService } from './accounts.ts';
import { deviceCookies } from './device-cookies.ts';
import { loginBudgetRepository } from './login-budget-repository.ts';
import { loginBudgets } from './login-budgets.ts';
import { passwordResetService } from './password-reset.ts';
import { authRepository } from './repository.ts';
import { authRoutes } from './routes.ts';
import { type AuthService, authService } from './service.ts';
import { tokenIssuer } from './tokens.ts';

export type AuthClient = Pick<AuthService, 'authenticate'>;

export function authModule(
  kernel: Kernel,
  needs: {
    readonly users: UserClient;
    readonly tokens: {
      readonly keys: readonly { readonly id: string; readonly secret: string }[];
      readonly accessTtlSeconds: number;
      readonly refreshTtlSeconds: number;
      readonly resetTtlSeconds: number;
    };
    readonly encryptionKeys: readonly EncryptionKey[];
    readonly loginFailures: number;
    /** Whether clients reach the platform over TLS. */
    readonly isSecure: boolean;
  },
) {
  const deps = { ...kernel, ...needs };
  const tokens = tokenIssuer({ clock: deps.clock, ...deps.tokens });
  const repository = authRepository();
  const { refreshTtlSeconds, resetTtlSeconds } = deps.tokens;
  const budgets = loginBudgets({ ...deps, budgets: loginBudgetRepository() });
  const service = authService({ ...deps, tokens, refreshTtlSeconds, repository, budgets });
  const passwordResets = passwordResetService({
    ...deps,
    tokens,
    resetTtlSeconds,
    repository,
    sessions: service,
  });
  const accounts = accountService({ ...deps, repository, budgets });
  return {
    routes: authRoutes({ service, passwordResets, accounts, devices: deviceCookies(deps) }),
    client: service satisfies AuthClient,
    jobs: [
      purgeJob('purge-login-budgets', budgets.purgeExpired),
      purgeJob('purge-refresh-tokens', service.purgeExpiredTokens),
    ],
  };
}
