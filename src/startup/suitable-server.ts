import type { ServerFacts } from '../core/database/index.ts';
import type { Logger } from '../core/observability/logging.ts';
import { StartupError } from '../core/startup-error.ts';

const OLDEST_POSTGRES = 15;

/** Warns about unsafe settings. @throws StartupError if the server is too old, or not durable in production. */
export function requireSuitableServer(
  { version, durabilityOff }: ServerFacts,
  mode: string,
  logger: Logger,
): void {
  if (version < OLDEST_POSTGRES) {
    throw new StartupError(
      `The database is PostgreSQL ${version}; ClickNBack needs ${OLDEST_POSTGRES} or newer.`,
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

/** The rules of the database bind only a role that cannot switch them off. */
export function warnOfOwner({ isOwner }: ServerFacts, mode: string, logger: Logger): void {
  if (!isOwner || mode !== 'production') return;
  logger.warn(
    'the platform connects as an owner of its tables and could switch off the rules of the database: give DATABASE_URL a role that owns nothing, see "Roles of the database" in docs/operations.md',
  );
}
