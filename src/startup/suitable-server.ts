import type { ServerFacts } from '../core/database/index.ts';
import type { Logger } from '../core/observability/logging.ts';
import { StartupError } from '../core/startup-error.ts';

const OLDEST_POSTGRES = 15;

/** @throws StartupError for a server that is too old, or that is not durable in production. Warns of what else is unsafe. */
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
      'the platform connects as a superuser: use a role that owns its database alone, docs/operations.md',
    );
  }
  if (durabilityOff.length === 0) return;
  if (mode === 'production') {
    throw new StartupError(
      `The database may forget what it acknowledged: turn on ${durabilityOff.join(', ')} before it holds money.`,
    );
  }
  logger.warn({ off: durabilityOff }, 'the database may forget what it acknowledged');
}
