import type { ServerFacts } from '../core/database/index.ts';
import type { Logger } from '../core/observability/logging.ts';
import { StartupError } from '../core/startup-error.ts';

const OLDEST_POSTGRES = 15;

/** Warns about unsafe settings. @throws StartupError if the server is too old, or not durable in production. */
export function requireSuitableServer(
  { version, durabilityOff, isSuperuser }: ServerFacts,
  mode: string,
  logger: Logger,
): void {
  if (version < OLDEST_POSTGRES) {
    throw new StartupError(
      `The database is PostgreSQL ${version}; ClickNBack needs ${OLDEST_POSTGRES} or newer.`,
    );
  }
  if (isSuperuser && mode === 'production') {
    logger.warn(
      'the platform connects as a superuser: use a role that owns only its database, see docs/operations.md',
    );
  }
  if (durabilityOff.length === 0) return;
  if (mode === 'production') {
    throw new StartupError(
      `The database may lose acknowledged writes: turn on ${durabilityOff.join(', ')} before you use it in production.`,
    );
  }
  logger.warn({ off: durabilityOff }, 'the database may lose acknowledged writes');
}
