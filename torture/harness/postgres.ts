import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/embedded-postgres/index.ts';
import { servedBy } from '../../src/privileges.ts';
import { PRESENT, type Version } from './version.ts';

const RESTARTS_WITHIN_MS = 60_000;

/** The PostgreSQL of one area, with full durability. */
export type Postgres = {
  /** As the superuser, who owns the tables. */
  readonly url: string;
  /** As the role of a platform, which owns nothing. */
  readonly servingUrl: string;
  readonly port: number;
  /** Queries the database directly, without the rules of the platform. */
  readonly query: <Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ) => Promise<Row[]>;
  /**
   * Ends the server without any further writes, by an immediate shutdown or by SIGKILL to the postmaster. Resolves when the
   * server has recovered from its log and accepts connections again, on the same port.
   */
  readonly crash: (how?: 'immediate' | 'kill') => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Starts a migrated, empty database. It ends when this process ends, for any reason. */
export async function startPostgres(
  directory: string,
  settings: Readonly<Record<string, string>> = {},
  version: Pick<Version, 'migrate'> = PRESENT,
): Promise<Postgres> {
  const server = await startEmbeddedPostgres({
    dataDirectory: join(directory, 'postgres'),
    database: 'clicknback',
    ephemeral: true,
    settings: { max_connections: '300', ...settings },
  });
  // A version that knows no roles ignores the second one.
  await version.migrate(server.url, servedBy(server.servingUrl));
  let pool = openPool(server.url);

  async function crash(how: 'immediate' | 'kill' = 'immediate'): Promise<void> {
    const before = server.processId;
    const deadline = performance.now() + RESTARTS_WITHIN_MS;
    process.kill(before, how === 'kill' ? 'SIGKILL' : 'SIGQUIT');
    // The owner restarts the server. The process id changes when the server accepts connections again.
    while (server.processId === before) {
      if (performance.now() > deadline) throw new Error('PostgreSQL did not come back after its crash');
      await sleep(2);
    }
    const broken = pool;
    pool = openPool(server.url);
    void broken.end().catch(() => undefined);
  }

  return {
    url: server.url,
    servingUrl: server.servingUrl,
    port: Number(new URL(server.url).port),
    query: async <Row>(text: string, values: readonly unknown[] = []) =>
      (await pool.query(text, [...values])).rows as Row[],
    crash,
    stop: async () => {
      await pool.end().catch(() => undefined);
      await server.stop();
    },
  };
}

function openPool(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 2 });
  pool.on('connect', (client) => client.on('error', () => undefined));
  pool.on('error', () => undefined);
  return pool;
}
