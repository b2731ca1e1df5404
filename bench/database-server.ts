import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { type Database, openDatabase } from '../src/core/database/index.ts';
import { migrate } from '../src/core/database/migrations.ts';
import { startEmbeddedPostgres } from '../src/embedded-postgres/index.ts';
import { processorTime_ms } from './processor-time.ts';

/** The database server of a bench, migrated, with full durability, as the platform starts its own. */
export type DatabaseServer = {
  readonly url: string;
  /** A few connections for the bench itself. */
  readonly database: Database;
  /**
   * Does at once what autovacuum still had to do for what is there, writes what is in memory, and frees the log for what
   * comes. Autovacuum stays on.
   */
  readonly settle: () => Promise<void>;
  /** Processor time of all its processes. */
  readonly cpu_ms: () => number;
  /** Since it began. Counted in its log, as its statistics are up to ten seconds late. */
  readonly countDeadlocks: () => number;
  readonly stop: () => Promise<void>;
};

/** Vacuuming and proving millions of rows take longer than a statement of the platform may. */
const LONGEST_STATEMENT_MS = 30 * 60_000;

/** In a directory of its own, which goes with it however the bench ends; or on data that are there. */
export async function startDatabaseServer(dataDirectory?: string): Promise<DatabaseServer> {
  const server = await startEmbeddedPostgres({
    dataDirectory: dataDirectory ?? join(tmpdir(), `clicknback-bench-${process.pid}`),
    database: 'clicknback',
    ephemeral: dataDirectory === undefined,
  });
  await migrate(server.url);
  const database = openDatabase({
    url: server.url,
    maxConnections: 2,
    timeout_ms: LONGEST_STATEMENT_MS,
    onLostConnection: () => undefined,
  });

  return {
    url: server.url,
    database,
    settle: () =>
      database.db.connection().execute(async (db) => {
        await sql`vacuum (analyze)`.execute(db);
        await sql`checkpoint`.execute(db);
      }),
    cpu_ms: () => processorTime_ms(server.processId),
    countDeadlocks: () =>
      readFileSync(join(server.dataDirectory, 'postgres.log'), 'utf8').split('deadlock detected').length - 1,
    stop: async () => {
      await database.close();
      await server.stop();
    },
  };
}
