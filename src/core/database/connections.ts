import pg from 'pg';
import { LostConnection, NoFreeConnection } from './errors.ts';

/** A new connection must be ready within this time, and a caller waits this long for a free one. */
const CONNECT_TIMEOUT_MS = 4_000;

/** TCP probes an idle connection after this time, so that one whose other end is gone is noticed before it is used. */
const KEEP_ALIVE_DELAY_MS = 5_000;

/** When the pool closes, connections that are still open after this time are destroyed. */
const CLOSE_TIMEOUT_MS = 1_000;

export type Connections = ReturnType<typeof openConnections>;

/**
 * A pool of connections to PostgreSQL with a deadline for every wait. PostgreSQL's timeouts cannot help when the network
 * falls silent, because their errors never arrive.
 */
export function openConnections(options: {
  readonly url: string;
  readonly max: number;
  readonly applicationName: string;
  /** Milliseconds after which a round trip without an answer is given up, with its connection. */
  readonly timeout_ms: number;
  /** SQL that each new connection runs before it is used. */
  readonly sessionSettings?: string;
  readonly getTypeParser?: typeof pg.types.getTypeParser;
  readonly onLostConnection: (error: Error) => void;
}) {
  const { url, max, timeout_ms, sessionSettings, getTypeParser, onLostConnection } = options;
  const open = new Set<pg.ClientBase>();
  /** When each idle connection last proved, by an answer, that it works; in ms, as `performance.now`. */
  const idleSince_ms = new WeakMap<pg.PoolClient, number>();
  /** When a connection was last given up for its silence: those that were idle then are as suspect. */
  let silentAt_ms = Number.NEGATIVE_INFINITY;
  let closing: Promise<void> | undefined;
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    application_name: options.applicationName,
    ...(getTypeParser && { types: { getTypeParser } }),
    onConnect: async (client) => {
      open.add(client);
      client.once('end', () => open.delete(client));
      // Without a listener, a connection that is lost while checked out ends the whole process.
      client.on('error', (error) => {
        if (error instanceof NoAnswer) silentAt_ms = performance.now();
        // A server that stops ends connections that are being closed.
        if (closing === undefined) onLostConnection(error);
      });
      if (sessionSettings !== undefined)
        await withDeadline(client, CONNECT_TIMEOUT_MS, client.query(sessionSettings));
    },
  });
  // The listener of the connection has reported it.
  pool.on('error', () => undefined);
  pool.on('release', (_error, client) => idleSince_ms.set(client, performance.now()));

  /** @throws NoFreeConnection, LostConnection, or the error with which PostgreSQL refuses the connection. */
  async function acquire(): Promise<pg.PoolClient> {
    const mustWait = pool.idleCount === 0 && pool.totalCount >= max;
    try {
      for (;;) {
        const client = await pool.connect();
        if (!isSuspect(client)) return client;
        destroy(client, new Error('the connection was idle while another one fell silent'));
        client.release(true);
      }
    } catch (error) {
      if (error instanceof pg.DatabaseError) throw error;
      throw mustWait ? new NoFreeConnection(error) : new LostConnection(error);
    }
  }

  function isSuspect(client: pg.PoolClient): boolean {
    return (idleSince_ms.get(client) ?? Number.POSITIVE_INFINITY) < silentAt_ms;
  }

  /** One statement, or several without parameters, on any connection. @throws as `acquire`, and PostgreSQL's errors. */
  async function query(text: string, parameters?: readonly unknown[]): Promise<pg.QueryResult> {
    const client = await acquire();
    let broken: Error | undefined;
    try {
      return await withDeadline(client, timeout_ms, client.query(text, parameters && [...parameters]));
    } catch (error) {
      // Also when PostgreSQL refused it: several statements may have left a transaction open.
      broken = error as Error;
      throw error;
    } finally {
      client.release(broken);
    }
  }

  function close(): Promise<void> {
    closing ??= end();
    return closing;
  }

  async function end(): Promise<void> {
    const impatience = setTimeout(() => {
      for (const client of open) destroy(client, new Error('the pool is closed'));
    }, CLOSE_TIMEOUT_MS);
    await pool.end();
    clearTimeout(impatience);
  }

  return {
    timeout_ms,
    max,
    acquire,
    query,
    close,
    counts: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
  };
}

/**
 * The answer to what was sent on this connection.
 * @throws LostConnection when there is none by the deadline, and for every error that PostgreSQL did not report.
 */
export async function withDeadline<T>(
  client: pg.ClientBase,
  timeout_ms: number,
  answer: Promise<T>,
): Promise<T> {
  const deadline = startDeadline(client, timeout_ms);
  try {
    return await answer;
  } catch (error) {
    throw error instanceof pg.DatabaseError ? error : new LostConnection(error);
  } finally {
    clearTimeout(deadline);
  }
}

/** Destroys the connection when it is not cleared in time; everything that waits on it fails with that. */
export function startDeadline(client: pg.ClientBase, timeout_ms: number): NodeJS.Timeout {
  return setTimeout(() => destroy(client, new NoAnswer(timeout_ms)), timeout_ms);
}

class NoAnswer extends Error {
  constructor(timeout_ms: number) {
    super(`PostgreSQL did not answer within ${timeout_ms} ms`);
  }
}

/** pg itself has no way to give up a connection that does not answer: `end` waits for it. */
function destroy(client: pg.ClientBase, reason: Error): void {
  (client as unknown as { readonly connection: pg.Connection }).connection.stream.destroy(reason);
}
