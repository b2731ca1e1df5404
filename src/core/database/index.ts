import { Kysely, PostgresDialect, type PostgresPool, sql } from 'kysely';
import pg from 'pg';
import { type Connections, openConnections, withDeadline } from './connections.ts';
import { LostConnection } from './errors.ts';
import type { DB } from './schema.generated.ts';
import { runSnapshot, runTransaction, type TransactionOptions, type Trx } from './transaction.ts';

export { asDatabaseFailure, isLockNotAvailable, mayIsolate, violates } from './errors.ts';
export { queueSql, type Trx } from './transaction.ts';

/** Reads take a `Db`, which is a pool or a transaction. */
export type Db = Kysely<DB>;

export type Database = {
  /** For what needs connections of its own, such as the job queue. Holds the password. */
  readonly url: string;
  readonly db: Db;
  /**
   * Runs `work` in one transaction: all of it happens, or nothing. After a deadlock, a serialization failure or a lost race
   * it is retried up to twice, but never once COMMIT was sent. See core/database/README.md.
   * @throws OutcomeUnknown if the result of COMMIT is unknown. After any other error nothing was done.
   */
  readonly transaction: <T>(work: (trx: Trx) => Promise<T>, options?: TransactionOptions) => Promise<T>;
  /**
   * Runs `work` on one snapshot of the database, without writes and for as long as it takes: ten minutes per SQL command,
   * no limit for the whole.
   */
  readonly snapshot: <T>(work: (snapshot: Db) => Promise<T>) => Promise<T>;
  readonly ping: () => Promise<void>;
  readonly connections: () => { total: number; idle: number; waiting: number };
  /** A connection outside of the pool, for the caller to connect, watch and end. */
  readonly separateConnection: (purpose: string) => SeparateConnection;
  /** A pool of its own for the job queue, with the same deadlines and no settings of ours. */
  readonly openQueueConnections: (max: number) => Connections;
  readonly close: () => Promise<void>;
};

export type SeparateConnection = pg.Client;

const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * pg's timeouts are all off by default. Each bound is longer than the work it guards ever takes. PostgreSQL gives up a
 * statement before we give up its connection: its error says that nothing was done. When the network falls silent in the
 * middle of a pipeline, only the last bound ends the transaction and frees its locks: the session is not idle then.
 */
function sessionSettings(timeout_ms: number): string {
  return `
    select
      set_config('TimeZone', 'UTC', false),
      set_config('default_transaction_read_only', 'on', false),
      set_config('statement_timeout', '${Math.ceil(timeout_ms * 0.8)}', false),
      set_config('lock_timeout', '${Math.ceil(timeout_ms * 0.5)}', false),
      set_config('idle_in_transaction_session_timeout', '${timeout_ms}', false),
      case when current_setting('server_version_num')::int >= 170000
        then set_config('transaction_timeout', '${timeout_ms}', false) end
  `;
}

export function openDatabase(options: {
  readonly url: string;
  readonly maxConnections: number;
  /** Milliseconds after which a round trip without an answer is given up, with its connection. Defaults to 10 s. */
  readonly timeout_ms?: number;
  readonly onLostConnection: (error: Error) => void;
}): Database {
  const { url, maxConnections, timeout_ms = DEFAULT_TIMEOUT_MS, onLostConnection } = options;
  const connections = openConnections({
    url,
    max: maxConnections,
    applicationName: 'clicknback',
    timeout_ms,
    sessionSettings: sessionSettings(timeout_ms),
    getTypeParser: typeParser,
    onLostConnection,
  });
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool: kyselyPool(connections) }) });

  return {
    url,
    db,
    transaction: (work, options) => runTransaction(connections, work, options),
    snapshot: (work) => runSnapshot(connections, work),
    ping: async () => {
      await sql`select 1`.execute(db);
    },
    connections: connections.counts,
    separateConnection: (purpose) =>
      new pg.Client({
        connectionString: url,
        connectionTimeoutMillis: 2_000,
        keepAlive: true,
        application_name: `clicknback-${purpose}`,
      }),
    openQueueConnections: (max) =>
      openConnections({ url, max, applicationName: 'clicknback-jobs', timeout_ms, onLostConnection }),
    close: connections.close,
  };
}

/** Kysely's interface to the connections, for reads outside of a transaction. */
function kyselyPool({ acquire, timeout_ms, close }: Connections): PostgresPool {
  async function connect() {
    const client = await acquire();
    let broken: Error | undefined;
    return {
      async query(text: string, parameters: readonly unknown[]) {
        try {
          return await withDeadline(client, timeout_ms, client.query(text, [...parameters]));
        } catch (error) {
          if (error instanceof LostConnection) broken = error;
          throw error;
        }
      },
      release: (isBroken = false) => client.release(broken ?? isBroken),
    };
  }
  return { connect, end: close, options: {} } as unknown as PostgresPool;
}

/** Timestamps become `Temporal.Instant`, dates stay `YYYY-MM-DD`, bigint becomes `bigint`; numeric stays text. */
function typeParser(oid: number, format?: 'text' | 'binary') {
  if (format === 'binary') return pg.types.getTypeParser(oid, format);
  switch (oid) {
    case pg.types.builtins.TIMESTAMPTZ:
      return (text: string) => Temporal.Instant.from(text);
    case pg.types.builtins.DATE:
      return (text: string) => text;
    case pg.types.builtins.INT8:
      return (text: string) => BigInt(text);
    default:
      return pg.types.getTypeParser(oid, format);
  }
}

export type ServerFacts = {
  readonly version: number;
  /** Settings with which the server may lose acknowledged changes. */
  readonly durabilityOff: readonly string[];
  /** True if the role can change tables, as their owner, as the owner of the database or as a superuser. */
  readonly isOwner: boolean;
};

export async function inspectServer(db: Db): Promise<ServerFacts> {
  const { rows } = await sql<{ version: number; durability_off: string[]; is_owner: boolean }>`
    select
      current_setting('server_version_num')::int / 10000 as version,
      array(
        select name from pg_settings
        where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off'
        order by name
      ) as durability_off,
      (
        current_setting('is_superuser')::boolean
        or exists (
          select from pg_database where datname = current_database() and pg_has_role(datdba, 'member')
          union all
          select from pg_class where relnamespace = 'public'::regnamespace and pg_has_role(relowner, 'member')
        )
      ) as is_owner
  `.execute(db);
  const [facts] = rows;
  if (facts === undefined) throw new Error('the server did not describe itself');
  return { version: facts.version, durabilityOff: facts.durability_off, isOwner: facts.is_owner };
}
