import {
  type CompiledQuery,
  type DatabaseConnection,
  DefaultQueryExecutor,
  DummyDriver,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  Transaction,
} from 'kysely';
import pg from 'pg';
import { OutcomeUnknown } from '../errors.ts';
import { type Connections, withDeadline } from './connections.ts';
import { isStaleStatement, isTransient, markRolledBack } from './errors.ts';
import { toParameters } from './parameters.ts';
import { type Answer, type Call, sendTogether } from './round-trip.ts';
import type { DB } from './schema.generated.ts';

export type TransactionOptions = {
  /** True for the error of a race that another transaction won: the work is retried and sees its result. */
  readonly isLostRace?: (error: unknown) => boolean;
  /**
   * For the hot path: its queries find rows by keys only and keep one plan, for indexes. A report or a table scan would be
   * very slow. Defaults to false.
   */
  readonly usesIndexPlans?: boolean;
};

const MAX_ATTEMPTS = 3;
const RETRY_JITTER_MS = 20;

const BEGIN = 'begin isolation level read committed read write';
const COMMIT = 'commit';

/*
 * For transactions whose queries all find rows by keys. A plan is made once and kept, perhaps while a table was empty.
 * Restricted to indexes, it stays good as the table grows.
 */
const INDEX_PLANS = `
  select
    set_config('plan_cache_mode', 'force_generic_plan', true),
    set_config('enable_seqscan', 'off', true),
    set_config('enable_hashjoin', 'off', true),
    set_config('enable_mergejoin', 'off', true)
`;

/**
 * Runs `work` in one READ COMMITTED transaction; any error rolls it back. After a transient error the work is retried up
 * to twice, but never once COMMIT may have been done.
 *
 * Commands that do not wait for each other travel together, BEGIN included: `Promise.all` of ten queries is one round
 * trip. They run in the order of the calls, and after a failed one PostgreSQL skips the rest. COMMIT travels with the last
 * of the queued SQL. Kysely's own transactions wait for each result.
 *
 * @throws OutcomeUnknown if COMMIT was sent and its response is missing. Any other error means that nothing was done. Only
 * this function decides it, by what the session has seen.
 */
export async function runTransaction<T>(
  connections: Pick<Connections, 'acquire' | 'timeout_ms' | 'max'>,
  work: (trx: Trx) => Promise<T>,
  { isLostRace = () => false, usesIndexPlans = false }: TransactionOptions = {},
): Promise<T> {
  const { timeout_ms } = connections;
  let attempts = 0;
  let staleConnections = 0;
  for (;;) {
    const client = await connections.acquire();
    const session = openSession(client, timeout_ms, usesIndexPlans ? [BEGIN, INDEX_PLANS] : [BEGIN]);
    let broken: unknown;
    try {
      const result = await work(new SessionTransaction(session));
      await session.commit();
      return result;
    } catch (error) {
      session.drop();
      if (session.hasBegun()) broken = await rollBack(client, timeout_ms);
      // If PostgreSQL reports an error of COMMIT and the session continues, it has rolled back.
      const isRefused = error instanceof pg.DatabaseError && broken === undefined;
      if (session.isCommitSent() && !isRefused) throw new OutcomeUnknown(error);
      markRolledBack(error);
      if (session.isCommitReached()) throw error;
      if (isStaleStatement(error) && staleConnections < connections.max) {
        broken ??= error;
        staleConnections += 1;
        continue;
      }
      attempts += 1;
      if (attempts === MAX_ATTEMPTS || !(isTransient(error) || isLostRace(error))) throw error;
    } finally {
      client.release(broken as Error | undefined);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * RETRY_JITTER_MS * attempts));
  }
}

const SNAPSHOT = 'begin isolation level repeatable read read only';

/*
 * A long read gets ten minutes per SQL command, and the whole of it gets as long as it takes. It joins many rows, perhaps
 * before their statistics are fresh: where few rows are expected, a nested loop over two ranges takes minutes.
 */
const SNAPSHOT_SETTINGS = `
  select
    set_config('statement_timeout', '10min', true),
    set_config('lock_timeout', '5min', true),
    set_config('work_mem', '64MB', true),
    set_config('jit', 'off', true),
    set_config('max_parallel_workers_per_gather', '0', true),
    set_config('plan_cache_mode', 'force_custom_plan', true),
    set_config('enable_nestloop', 'off', true),
    case when current_setting('server_version_num')::int >= 170000
      then set_config('transaction_timeout', '0', true) end
`;

/** PostgreSQL gives up the SQL command before we give up the connection. */
const SNAPSHOT_TIMEOUT_MS = 11 * 60_000;

/** Runs `work` on one snapshot of the database, however long it takes. It writes nothing and blocks no write. */
export async function runSnapshot<T>(
  connections: Pick<Connections, 'acquire' | 'timeout_ms'>,
  work: (snapshot: Kysely<DB>) => Promise<T>,
): Promise<T> {
  const client = await connections.acquire();
  const session = openSession(client, SNAPSHOT_TIMEOUT_MS, [SNAPSHOT, SNAPSHOT_SETTINGS]);
  let broken: unknown;
  try {
    return await work(new SessionTransaction(session));
  } finally {
    session.drop();
    if (session.hasBegun()) broken = await rollBack(client, connections.timeout_ms);
    client.release(broken as Error | undefined);
  }
}

const textOf = new WeakMap<TemplateStringsArray, string>();

/**
 * Queues SQL without a result, as in ``queueSql(trx)`delete from things where id = ${id}` ``. It is sent with the commands
 * around it. If it fails, the transaction fails with its error: the work cannot catch it.
 */
export function queueSql({ session }: Trx) {
  return (fragments: TemplateStringsArray, ...values: readonly unknown[]): void => {
    let text = textOf.get(fragments);
    if (text === undefined) {
      text = fragments.reduce((before, fragment, position) => `${before}$${position}${fragment}`);
      textOf.set(fragments, text);
    }
    session.write(text, values);
  };
}

/** The error that makes the connection unusable, or undefined. */
async function rollBack(client: pg.PoolClient, timeout_ms: number): Promise<unknown> {
  try {
    await withDeadline(client, timeout_ms, client.query('rollback'));
    return undefined;
  } catch (error) {
    return error;
  }
}

const COMPILER = new PostgresQueryCompiler();
const ADAPTER = new PostgresAdapter();

/** Required by Kysely's types; a transaction opens no connection. */
const DIALECT = {
  createAdapter: () => ADAPTER,
  createDriver: () => new DummyDriver(),
  createIntrospector: (db: Transaction<DB>) => new PostgresIntrospector(db),
  createQueryCompiler: () => COMPILER,
};

/** Kysely's interface to a session. Tests make one that sends nothing. */
export class SessionTransaction extends Transaction<DB> {
  readonly session: Pick<Session, 'write' | 'connection'>;

  constructor(session: Pick<Session, 'write' | 'connection'>) {
    super({
      config: { dialect: DIALECT },
      dialect: DIALECT,
      driver: new DummyDriver(),
      executor: new DefaultQueryExecutor(COMPILER, ADAPTER, {
        provideConnection: (consumer) => consumer(session.connection),
      }),
    });
    this.session = session;
  }
}

/** The first argument of each write: a function that takes a `Trx` cannot be called outside of a transaction. */
export type Trx = SessionTransaction;

type Session = ReturnType<typeof openSession>;

/**
 * A connection during one transaction. BEGIN and the first command are sent immediately; the rest of the tick's commands
 * follow together. Later commands wait for the response to these.
 */
function openSession(client: pg.PoolClient, timeout_ms: number, opening: readonly string[]) {
  let waiting = opening.map((text) => toWrite(text));
  let hasBegun = false;
  let isUnderWay = false;
  let isOpen = true;
  let isCommitSent = false;
  /** The error of a queued write, which fails everything after it. */
  let failure: { readonly error: unknown } | undefined;

  function send(text: string, values: readonly unknown[] = []): Promise<Answer> {
    const parameters = toParameters(text, values);
    return new Promise((resolve, reject) => enqueue({ text, parameters, resolve, reject }));
  }

  function write(text: string, values: readonly unknown[] = []): void {
    if (!isOpen) throw ended();
    enqueue(toWrite(text, values));
  }

  function toWrite(text: string, values: readonly unknown[] = []): Call {
    return {
      text,
      parameters: toParameters(text, values),
      resolve: () => undefined,
      reject: (error) => {
        failure ??= { error };
      },
    };
  }

  function enqueue(call: Call): void {
    waiting.push(call);
    if (!isUnderWay) depart();
  }

  function depart(): void {
    const first = takeWaiting();
    isUnderWay = first.length > 0 && failure === undefined;
    if (isUnderWay) {
      hasBegun = true;
      noteCommit(first);
      // Nothing follows COMMIT.
      const sendRest = sendTogether(client, first, { isAll: !isOpen, timeout_ms, whenAnswered: depart });
      if (isOpen) {
        process.nextTick(() => {
          const rest = takeWaiting();
          noteCommit(rest);
          sendRest(rest);
        });
      }
    } else for (const { reject } of first) reject(failure?.error);
  }

  function noteCommit(calls: readonly Call[]): void {
    isCommitSent ||= calls.at(-1)?.text === COMMIT;
  }

  function takeWaiting(): Call[] {
    const calls = waiting;
    waiting = [];
    return calls;
  }

  async function commit(): Promise<void> {
    isOpen = false;
    const { command } = await send(COMMIT);
    if (command !== 'ROLLBACK') return;
    // A command had failed and the work ignored it: PostgreSQL reports the rollback.
    isCommitSent = false;
    throw new Error('the transaction had failed before its COMMIT');
  }

  /** False if a queued write had failed: PostgreSQL then skips COMMIT. */
  function isCommitReached(): boolean {
    return isCommitSent && failure === undefined;
  }

  /** Accepts no more commands, and rejects those that were not sent. */
  function drop(): void {
    isOpen = false;
    for (const { reject } of waiting) reject(ended());
    waiting = [];
  }

  /** Kysely's interface to it. */
  const connection: DatabaseConnection = {
    async executeQuery<Row>({ sql, parameters }: CompiledQuery) {
      if (!isOpen) throw ended();
      try {
        const { rows, command, count } = await send(sql, parameters);
        return {
          rows: rows as Row[],
          ...(WRITES.has(command) && { numAffectedRows: BigInt(count) }),
        };
      } catch (error) {
        // The stack of the caller, instead of the socket's.
        if (error instanceof Error) Error.captureStackTrace(error);
        throw error;
      }
    },
    streamQuery() {
      throw new Error('a transaction reads whole answers');
    },
  };

  return {
    write,
    commit,
    hasBegun: () => hasBegun,
    isCommitSent: () => isCommitSent,
    isCommitReached,
    drop,
    connection,
  };
}

function ended(): Error {
  return new Error('this transaction has ended');
}

const WRITES = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);
