import { join } from 'node:path';
import { runner } from 'node-pg-migrate';

export const MIGRATIONS_DIRECTORY = join(import.meta.dirname, '../../migrations');

/** Brings the database up to date; several processes may start at once, the first one migrates. */
export async function migrate(databaseUrl: string): Promise<readonly string[]> {
  const applied = await runner({
    databaseUrl: {
      connectionString: databaseUrl,
      // A migration that cannot get its lock gives up instead of holding up every statement behind it.
      options: '-c lock_timeout=5s -c statement_timeout=10min',
    },
    dir: MIGRATIONS_DIRECTORY,
    direction: 'up',
    migrationsTable: 'schema_migrations',
    singleTransaction: false,
    advisoryLockMode: 'wait',
    checkOrder: true,
    log: () => undefined,
  });
  return applied.map((migration) => migration.name);
}
