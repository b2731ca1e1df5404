import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../core/database.ts';
import type { AuditClient } from '../audit/index.ts';
import type { UserClient } from '../users/index.ts';
import { authRepository } from './repository.ts';
import { authRoutes } from './routes.ts';
import { type AuthService, authService } from './service.ts';
import { tokenIssuer } from './tokens.ts';

export type AuthClient = Pick<AuthService, 'authenticate'>;

export function authModule(deps: {
  database: Database;
  clock: Clock;
  users: UserClient;
  audit: AuditClient;
  tokens: {
    readonly keys: readonly { readonly id: string; readonly secret: string }[];
    readonly accessTtlSeconds: number;
    readonly refreshTtlSeconds: number;
  };
  loginsPerMinute: number;
}) {
  const tokens = tokenIssuer({ clock: deps.clock, ...deps.tokens });
  const { refreshTtlSeconds } = deps.tokens;
  const service = authService({ ...deps, tokens, refreshTtlSeconds, repository: authRepository() });
  return { routes: authRoutes(service, deps), client: service satisfies AuthClient };
}
