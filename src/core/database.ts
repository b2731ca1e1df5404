import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { type DomainError, overloaded, serviceUnavailable } from './errors.ts';
import type { DB } from './schema.generated.ts';
import { runTransaction, type Trx } from './transaction.ts';

export { type Trx, write } from './transaction.ts';

/** Reads take a `Db`, which a pool and a transaction both are. */
export type Db = Kysely<DB>;

export type Database = {
  /** For what needs connections of its own, such as the job queue. Holds the password. */
  readonly url: string;
  readonly db: Db;
  /**
   * Runs `work` in one transaction: all of it happens or nothing does. After a deadlock, a serialization failure or a
   * lost race it is tried again, up to twice, never once COMMIT was sent. See core/transaction.ts.
   */
  readonly transaction: <T>(
    work: (trx: Trx) => Promise<T>,
    options?: {
      /** Errors which say that another transaction was first: the work is done again, and sees what that one did. */
      readonly isLostRace?: (error: unknown) => boolean;
    },
  ) => Promise<T>;
  readonly ping: () => Promise<void>;
  readonly connections: () => { total: number; idle: number; waiting: number };
  /** A connection outside of the pool, for the caller to connect, watch and end. */
  readonly separateConnection: (purpose: string) => SeparateConnection;
  readonly close: () => Promise<void>;
};

export type SeparateConnection = pg.Client;

/*
 * pg's timeouts are all off by default. Each bound is longer than the work it guards ever takes, and shorter than
 * a client waits.
 */
const SESSION_SETTINGS = `
  select
    set_config('TimeZone', 'UTC', false),
    set_config('default_transaction_read_only', 'on', false),
    set_config('statement_timeout', '10s', false),
    set_config('lock_timeout', '5s', false),
    set_config('idle_in_transaction_session_timeout', '10s', false),
    case when current_setting('server_version_num')::int >= 170000
      then set_config('transaction_timeout', '30s', false) end
`;

export function openDatabase(options: {
  readonly url: string;
  readonly maxConnections: number;
  readonly onLostConnection: (error: Error) => void;
}): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: 'clicknback',
    types: { getTypeParser: typeParser },
    onConnect: async (client) => {
      await client.query(SESSION_SETTINGS);
    },
  });
  // Without a listener, a connection that is lost while checked out ends the whole process.
  pool.on('connect', (client) => client.on('error', options.onLostConnection));
  pool.on('error', options.onLostConnection);

  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });

  return {
    url: options.url,
    db,
    transaction: (work, { isLostRace = () => false } = {}) =>
      runTransaction(pool, (error) => isTransient(error) || isLostRace(error), work),
    ping: async () => {
      await sql`select 1`.execute(db);
    },
    connections: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    separateConnection: (purpose) =>
      new pg.Client({
        connectionString: options.url,
        connectionTimeoutMillis: 2_000,
        keepAlive: true,
        application_name: `clicknback-${purpose}`,
      }),
    close: () => db.destroy(),
  };
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

/** The SQLSTATE of an error that PostgreSQL reported, and the constraint it names. */
function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';

function isTransient(error: unknown): boolean {
  const state = sqlState(error);
  return state === SERIALIZATION_FAILURE || state === DEADLOCK_DETECTED;
}

/** True when the error is the violation of the constraint of this name: how a rule in the database gets its meaning. */
export function violates(error: unknown, constraint: string): boolean {
  return error instanceof pg.DatabaseError && error.constraint === constraint;
}

const LOCK_NOT_AVAILABLE = '55P03';
const QUERY_CANCELED = '57014';
const TOO_MANY_CONNECTIONS = '53300';

/** Faults of the connection rather than of what was asked, as pg, the socket and PostgreSQL report them. */
const LOST_CONNECTION_MESSAGES =
  /^Connection terminated|^Client has encountered a connection error|closed the connection/;
const LOST_CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
]);
const LOST_CONNECTION_STATES = /^(08|57P0|25P0[34])/;
const POOL_TIMEOUT_MESSAGE = 'timeout exceeded when trying to connect';

/** What a failure of the database, as opposed to a refusal by it, means to a caller; undefined for all else. */
export function asDatabaseFailure(error: unknown): DomainError | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.message === POOL_TIMEOUT_MESSAGE) return overloaded({ retry_after_seconds: 1 });

  const code = sqlState(error) ?? (error as NodeJS.ErrnoException).code ?? '';
  if (
    code === LOCK_NOT_AVAILABLE ||
    code === QUERY_CANCELED ||
    code === TOO_MANY_CONNECTIONS ||
    isTransient(error)
  ) {
    return overloaded({ retry_after_seconds: 1 });
  }
  if (
    LOST_CONNECTION_CODES.has(code) ||
    LOST_CONNECTION_STATES.test(code) ||
    LOST_CONNECTION_MESSAGES.test(error.message)
  ) {
    return serviceUnavailable({ retry_after_seconds: 2 });
  }
  return undefined;
}

export type ServerFacts = {
  readonly version: number;
  /** Settings that let the server forget what it acknowledged. */
  readonly durabilityOff: readonly string[];
  readonly isSuperuser: boolean;
};

export async function inspectServer(db: Db): Promise<ServerFacts> {
  const { rows } = await sql<{ version: number; durability_off: string[]; is_superuser: boolean }>`
    select
      current_setting('server_version_num')::int / 10000 as version,
      array(
        select name from pg_settings
        where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off'
        order by name
      ) as durability_off,
      current_setting('is_superuser')::boolean as is_superuser
  `.execute(db);
  const [facts] = rows;
  if (facts === undefined) throw new Error('the server did not describe itself');
  return { version: facts.version, durabilityOff: facts.durability_off, isSuperuser: facts.is_superuser };
}
