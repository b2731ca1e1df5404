import type { Database } from '../../../core/database/index.ts';
import type { HttpServer } from '../../../core/http/route.ts';
import { purgeJob } from '../../../core/jobs.ts';
import { type EncryptionKey, encryption } from '../../../core/secrets/encryption.ts';
import type { Kernel } from '../../../kernel.ts';
import type { EventSource } from '../../platform/events/index.ts';
import type { MailClient } from '../../platform/mail/index.ts';
import type { UserClient } from '../users/index.ts';
import { accountRoutes } from './account-routes.ts';
import { type AccountService, accountService } from './accounts.ts';
import { hostsOfApps } from './app-hosts.ts';
import { deviceCookies } from './device-cookies.ts';
import { type EmailProofService, emailProofService } from './email-proofs.ts';
import { emailProofRepository } from './email-proofs-repository.ts';
import { FEED_EVENTS } from './events.ts';
import { factorService } from './factors.ts';
import { factorRepository } from './factors-repository.ts';
import { factorRoutes } from './factors-routes.ts';
import { loginBudgetRepository } from './login-budget-repository.ts';
import { loginBudgets } from './login-budgets.ts';
import { accountNotices } from './notices.ts';
import { openSessionService } from './open-sessions.ts';
import { openSessionRepository } from './open-sessions-repository.ts';
import { type PasswordChecks, passwordChecks } from './password-checks.ts';
import { passwordResetService } from './password-reset.ts';
import { authRepository } from './repository.ts';
import { resetRequests } from './reset-requests.ts';
import { resetRequestRepository } from './reset-requests-repository.ts';
import { reencrypt } from './rotation.ts';
import { authRoutes } from './routes.ts';
import { type AuthService, authService } from './service.ts';
import { sessionCookies } from './session-cookies.ts';
import { stepUpService } from './step-up.ts';
import { tokenIssuer } from './tokens.ts';

export { invalidCredentials } from './errors.ts';

export type AuthClient = Pick<AuthService, 'authenticate'> &
  Pick<AccountService, 'endAccess' | 'erase'> &
  PasswordChecks &
  Pick<EmailProofService, 'welcome'>;

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
    readonly mail: MailClient;
    /** The address in mailed links. With `https`, cookies are sent over TLS only. */
    readonly publicUrl: string;
    /** The address of the console, if it is confined to one. */
    readonly consoleUrl: string | undefined;
  },
) {
  const deps = { ...kernel, ...needs };
  const { resetTtlSeconds, sessionMaxDays } = deps.tokens;
  const tokens = tokenIssuer({ ...deps, ...deps.tokens });
  const repository = authRepository();
  const proofRepository = emailProofRepository();
  const budgets = loginBudgets({ ...deps, budgets: loginBudgetRepository() });
  const passwords = passwordChecks({ ...deps, budgets });
  const notices = accountNotices(deps);
  const shared = { ...deps, tokens, budgets, passwords, notices, sessions: repository };
  const factors = factorService({
    ...shared,
    repository: factorRepository(),
    encryption: encryption(deps.encryptionKeys),
  });
  const stepUp = stepUpService(shared);
  const service = authService({ ...shared, ...deps.tokens, tokens, repository, factors });
  const passwordResets = passwordResetService({
    ...shared,
    resetTtlSeconds,
    repository,
    proofs: proofRepository,
    sessions: service,
  });
  const requests = resetRequests({ ...shared, repository: resetRequestRepository(), resets: passwordResets });
  const accounts = accountService({
    ...shared,
    repository,
    proofs: proofRepository,
    factors: factorRepository(),
  });
  const proofs = emailProofService({ ...shared, repository: proofRepository });
  const sessions = openSessionService({ ...shared, repository: openSessionRepository(), sessionMaxDays });
  return {
    routes: (server: HttpServer) => {
      const { publicUrl, consoleUrl } = deps;
      const devices = deviceCookies({ ...deps, isSecure: isOverTls(publicUrl) });
      const cookies = sessionCookies({
        wallet: isOverTls(publicUrl),
        console: isOverTls(consoleUrl ?? publicUrl),
      });
      const requireHost = hostsOfApps(consoleUrl);
      authRoutes({
        service,
        passwordResets,
        resetRequests: requests,
        accounts,
        devices,
        cookies,
        requireHost,
      })(server);
      accountRoutes({ proofs, sessions })(server);
      factorRoutes({ service, factors, stepUp, devices, cookies, requireHost, limitRate: deps.limitRate })(
        server,
      );
    },
    client: {
      ...service,
      ...passwords,
      endAccess: accounts.endAccess,
      erase: accounts.erase,
      welcome: proofs.welcome,
    } satisfies AuthClient,
    /** For the command that removes a lost second factor. */
    resetFactor: factors.resetFactor,
    /** For the command that resets the password of staff. */
    issueResetTokenOnServer: passwordResets.issueResetTokenOnServer,
    eventSource: { events: FEED_EVENTS } satisfies EventSource,
    jobs: [
      purgeJob('purge-login-budgets', budgets.purgeExpired),
      purgeJob('purge-refresh-tokens', service.purgeExpiredTokens),
      purgeJob('purge-email-proofs', proofs.purgeExpired),
    ],
    loops: [requests.loop],
  };
}

function isOverTls(url: string): boolean {
  return url.startsWith('https:');
}

/** For the command that rotates keys: encrypts secrets again with the first of `keys`. Returns the number of accounts. */
export function reencryptSecondFactors(database: Database, keys: readonly EncryptionKey[]): Promise<number> {
  return reencrypt({ database, repository: factorRepository(), keys });
}
