import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { type Database, openDatabase } from '../src/core/database/index.ts';
import { migrate } from '../src/core/database/migrations.ts';
import { startEmbeddedPostgres } from '../src/embedded-postgres/index.ts';
import { servedBy } from '../src/privileges.ts';
import { processorTime_ms } from './processor-time.ts';

/** The database server of a bench, migrated, with full durability, as the platform starts its own. */
export type DatabaseServer = {
  /** As the superuser, who owns the tables. */
  readonly url: string;
  /** As the role of a platform. */
  readonly servingUrl: string;
  /** A few connections for the bench itself. */
  readonly database: Database;
  /**
   * Vacuums now, instead of during the measurement, writes dirty pages, and frees the log. Autovacuum stays on.
   */
  readonly settle: () => Promise<void>;
  /** Processor time of all its processes. */
  readonly cpu_ms: () => number;
  /** Since the start. Counted in the log, because statistics are up to ten seconds late. */
  readonly countDeadlocks: () => number;
  readonly stop: () => Promise<void>;
};

/** To vacuum and prove millions of rows takes longer than the platform's limit for a query. */
const LONGEST_STATEMENT_MS = 30 * 60_000;

/** In a new directory, which is removed however the bench ends; or on existing data. */
export async function startDatabaseServer(dataDirectory?: string): Promise<DatabaseServer> {
  const server = await startEmbeddedPostgres({
    dataDirectory: dataDirectory ?? join(tmpdir(), `clicknback-bench-${process.pid}`),
    database: 'clicknback',
    ephemeral: dataDirectory === undefined,
  });
  await migrate(server.url, servedBy(server.servingUrl));
  const database = openDatabase({
    url: server.url,
    maxConnections: 2,
    timeout_ms: LONGEST_STATEMENT_MS,
    onLostConnection: () => undefined,
  });

  return {
    url: server.url,
    servingUrl: server.servingUrl,
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
