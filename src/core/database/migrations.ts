import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { hasLostItsLocks } from './errors.ts';
import { grantPrivileges, type ServingRole } from './privileges.ts';
import { migrateQueue } from './queue-schema.ts';

export type { ServingRole };

export const MIGRATIONS_DIRECTORY = join(import.meta.dirname, '../../../migrations');
const MIGRATIONS_TABLE = 'schema_migrations';
const UNDEFINED_TABLE = '42P01';

/** A migration waits for its locks for up to 5 seconds, then the requests behind it are served for a moment. */
const ATTEMPTS = 10;
const PAUSE_MS = 500;

/**
 * Migrates the database as its owner, and the tables of the job queue. If several processes start together, the first one
 * migrates. The migration code is loaded only if there is something to do: it takes four megabytes of memory. A migration
 * that loses its locks to the requests of other processes is repeated. Those before it are committed.
 *
 * `servingRole` gets its privileges. A newer release that has migrated the database already has granted them.
 */
export async function migrate(ownerUrl: string, servingRole?: ServingRole): Promise<readonly string[]> {
  const before = await appliedMigrations(ownerUrl);
  if (!hasAll(before)) await runRepeatedly(ownerUrl);
  const after = await appliedMigrations(ownerUrl);
  await migrateQueue(ownerUrl);
  await continueRecording(ownerUrl);
  if (servingRole !== undefined && !isAhead(after)) await grantPrivileges(ownerUrl, servingRole);
  return [...after].filter((name) => !before.has(name)).sort();
}

async function runRepeatedly(ownerUrl: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await runMigrations(ownerUrl);
      return;
    } catch (error) {
      if (!hasLostItsLocks(error) || attempt === ATTEMPTS) throw error;
      await pause(PAUSE_MS);
    }
  }
}

async function runMigrations(connectionString: string): Promise<void> {
  const { runner } = await import('node-pg-migrate');
  // A client of ours: the runner does not wait until its own is disconnected.
  const client = new pg.Client({
    connectionString,
    // A migration that cannot get its lock fails, instead of blocking every query behind it.
    options: '-c lock_timeout=5s -c statement_timeout=10min',
  });
  await client.connect();
  try {
    await runner({
      dbClient: client,
      dir: MIGRATIONS_DIRECTORY,
      direction: 'up',
      migrationsTable: MIGRATIONS_TABLE,
      singleTransaction: false,
      advisoryLockMode: 'wait',
      checkOrder: true,
      log: () => undefined,
    });
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
  if (!hasAll(applied)) return 'behind';
  return isAhead(applied) ? 'ahead' : 'current';
}

function hasAll(applied: ReadonlySet<string>): boolean {
  return ourMigrations().every((name) => applied.has(name));
}

function isAhead(applied: ReadonlySet<string>): boolean {
  return applied.size > ourMigrations().length;
}

function ourMigrations(): string[] {
  return readdirSync(MIGRATIONS_DIRECTORY).map((file) => basename(file, '.sql'));
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

/** After a restore into another server, makes new records come after the restored ones. See migration 0057. */
async function continueRecording(ownerUrl: string): Promise<void> {
  await queryOnce(ownerUrl, 'select continue_recording()');
}

/**
 * True if the database was restored into a server that has given out fewer transaction ids, and its owner has not migrated
 * it since. New records would come before the restored ones.
 */
export async function mustContinueRecording(url: string): Promise<boolean> {
  const [row] = await queryOnce(url, 'select recordings_ahead() > 0 as is_ahead');
  return row?.is_ahead === true;
}

async function queryOnce(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
