import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../observability/logging.ts';
import type { Database, SeparateConnection } from './index.ts';

/** The channel on which triggers notify of changes, in the transaction that makes them; see migration 0016. */
const CHANNEL = 'clicknback_changes';

const HEARTBEAT_MS = 250;
/** The longest time for which a change may be unknown, even if the connection dies silently. */
const LEASE_MS = 750;
const RECONNECT_MS = 250;

/** The keys of the rows that changed, or that any row of the table may have. */
export type ChangedKeys = readonly string[] | 'all';

export type Changes = ReturnType<typeof followChanges>;

/**
 * Follows every change in the database on a separate connection. After a lost connection it reconnects, and treats
 * everything as changed.
 */
export function followChanges(deps: {
  readonly database: Database;
  readonly logger: Logger;
  readonly lease_ms?: number;
}) {
  const { database, logger, lease_ms = LEASE_MS } = deps;
  const subscribers = new Map<string, ((keys: ChangedKeys) => void)[]>();
  const closing = new AbortController();
  const firstAttempt = Promise.withResolvers<void>();
  let provenAt_ms = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;

  function subscribe(table: string, onChange: (keys: ChangedKeys) => void): void {
    subscribers.set(table, [...(subscribers.get(table) ?? []), onChange]);
  }

  /** Resolves when the first attempt to connect has succeeded or failed. Reconnecting continues automatically. */
  function start(): Promise<void> {
    running ??= followUntilClosed();
    return firstAttempt.promise;
  }

  async function followUntilClosed(): Promise<void> {
    let told = false;
    while (!closing.signal.aborted) {
      try {
        await followOneConnection(() => {
          if (told) logger.info('changes are followed again');
          told = false;
        });
      } catch (error) {
        if (!told && !closing.signal.aborted) {
          logger.warn({ err: error }, 'changes cannot be followed: caches are bypassed until they can');
          told = true;
        }
      }
      firstAttempt.resolve();
      await pause(RECONNECT_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  /** Ends with an error when the connection does, or when it no longer answers. */
  async function followOneConnection(onFollowed: () => void): Promise<void> {
    const connection = database.separateConnection('changes');
    connection.on('notification', ({ payload = '' }) => announce(payload));
    for (const event of ['error', 'end'] as const) connection.on(event, distrust);
    try {
      await connection.connect();
      await prove(connection, `listen ${CHANNEL}`);
      onFollowed();
      firstAttempt.resolve();
      for (;;) {
        await pause(HEARTBEAT_MS, undefined, { signal: closing.signal });
        await prove(connection, 'select 1');
      }
    } finally {
      distrust();
      // Caches stay bypassed until the next connection is proven, so it starts with empty caches.
      for (const table of subscribers.keys()) announce(table);
      // With a query that hangs, this destroys the socket. Not awaited: the other end may be gone.
      void connection.end().catch(() => undefined);
    }
  }

  /**
   * A response travels the way of notifications, so it proves that all earlier ones have arrived. It counts from the time
   * of the query.
   */
  async function prove(connection: SeparateConnection, statement: string): Promise<void> {
    const asked_ms = performance.now();
    const tooLate = pause(lease_ms, undefined, { ref: false }).then(() => {
      throw new Error('the connection does not answer');
    });
    await Promise.race([connection.query(statement), tooLate]);
    provenAt_ms = asked_ms;
  }

  function distrust(): void {
    provenAt_ms = Number.NEGATIVE_INFINITY;
  }

  /** A payload is a table and the keys of its rows that changed: `users 1,2`; without keys, any may have. */
  function announce(payload: string): void {
    const [table = '', keys] = payload.split(' ');
    for (const onChange of subscribers.get(table) ?? []) onChange(keys?.split(',') ?? 'all');
  }

  return {
    subscribe,
    start,
    /** While this is false, caches may be older than the platform allows. */
    areFollowed: () => performance.now() - provenAt_ms < lease_ms,
    async close(): Promise<void> {
      closing.abort();
      await running;
    },
  };
}
