import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import pg from 'pg';

export const MIGRATIONS_DIRECTORY = join(import.meta.dirname, '../../../migrations');
const MIGRATIONS_TABLE = 'schema_migrations';
const UNDEFINED_TABLE = '42P01';

/**
 * Migrates the database. If several processes start together, the first one migrates. The migration code is loaded only
 * if there is something to do: it takes four megabytes of memory.
 */
export async function migrate(databaseUrl: string): Promise<readonly string[]> {
  if ((await migrationState(databaseUrl)) === 'current') return [];
  const { runner } = await import('node-pg-migrate');
  // A client of ours: the runner does not wait until its own is disconnected.
  const client = new pg.Client({
    connectionString: databaseUrl,
    // A migration that cannot get its lock fails, instead of blocking every query behind it.
    options: '-c lock_timeout=5s -c statement_timeout=10min',
  });
  await client.connect();
  try {
    const applied = await runner({
      dbClient: client,
      dir: MIGRATIONS_DIRECTORY,
      direction: 'up',
      migrationsTable: MIGRATIONS_TABLE,
      singleTransaction: false,
      advisoryLockMode: 'wait',
      checkOrder: true,
      log: () => undefined,
    });
    return applied.map((migration) => migration.name);
  } finally {
    await client.end();
  }
}

/**
 * `none`: the database has no tables of ours. `behind`: a migration of this release is missing. `ahead`: a newer release
 * has migrated it, which this one can run on.
 */
export async function migrationState(
  connectionString: string,
): Promise<'none' | 'behind' | 'current' | 'ahead'> {
  const applied = await appliedMigrations(connectionString);
  if (applied.size === 0) return 'none';
  const ours = readdirSync(MIGRATIONS_DIRECTORY).map((file) => basename(file, '.sql'));
  if (!ours.every((name) => applied.has(name))) return 'behind';
  return applied.size > ours.length ? 'ahead' : 'current';
}

async function appliedMigrations(connectionString: string): Promise<ReadonlySet<string>> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(`select name from ${MIGRATIONS_TABLE}`);
    return new Set(rows.map(({ name }) => name));
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === UNDEFINED_TABLE) return new Set();
    throw error;
  } finally {
    await client.end();
  }
}
