import {
  type CompiledQuery,
  type DatabaseConnection,
  DefaultQueryExecutor,
  DummyDriver,
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
  /** Errors of a race that another transaction won: the work is tried again, and sees what that one did. */
  readonly isLostRace?: (error: unknown) => boolean;
  /**
   * For the hot path: its statements look up keys alone, and are planned once, for indexes. A report or a scan of a
   * table would crawl. Defaults to false.
   */
  readonly usesIndexPlans?: boolean;
};

const MAX_ATTEMPTS = 3;
const RETRY_JITTER_MS = 20;

const BEGIN = 'begin isolation level read committed read write';
const COMMIT = 'commit';

/*
 * For transactions whose statements all look up keys, or lists of keys. A plan is made once and kept, perhaps when a
 * table was empty. Restricted to indexes, the planner makes one that stays good as the table grows.
 */
const INDEX_PLANS = `
  select
    set_config('plan_cache_mode', 'force_generic_plan', true),
    set_config('enable_seqscan', 'off', true),
    set_config('enable_hashjoin', 'off', true),
    set_config('enable_mergejoin', 'off', true)
`;

/**
 * Runs `work` in one READ COMMITTED transaction; any error rolls all of it back.
 * After an error that may pass, all of it is tried again, up to twice, but never once COMMIT may have been done.
 *
 * Kysely's own transactions wait for each answer before they send the next statement. These send what does not wait
 * for anything in one go, BEGIN included: `Promise.all` of ten statements is one round trip. Their order is that of
 * the calls, and after a failed one PostgreSQL skips the rest. Nobody waits for what `queueSql` sends, so that COMMIT
 * leaves with the last of it.
 *
 * @throws OutcomeUnknown when COMMIT was sent and PostgreSQL did not say what became of it. Any other error means that
 * nothing was done. This is decided here, by what the session has seen, and nowhere else.
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
    const session = openSession(client, timeout_ms, usesIndexPlans);
    let broken: unknown;
    try {
      const result = await work(new SessionTransaction(session));
      await session.commit();
      return result;
    } catch (error) {
      session.drop();
      if (session.hasBegun()) broken = await rollBack(client, timeout_ms);
      // PostgreSQL reports an error of COMMIT and goes on with the session: then it has rolled back.
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

const textOf = new WeakMap<TemplateStringsArray, string>();

/**
 * For SQL whose answer nobody needs, as in ``queueSql(trx)`delete from things where id = ${id}` ``. It is sent with what
 * comes before and after it. When it fails the transaction does, with its error: the work cannot catch it.
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

/** Why the connection is of no more use, if it is not. */
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

/** Asked for by Kysely's types; a transaction opens no connection. */
const DIALECT = {
  createAdapter: () => ADAPTER,
  createDriver: () => new DummyDriver(),
  createIntrospector: (db: Transaction<DB>) => new PostgresIntrospector(db),
  createQueryCompiler: () => COMPILER,
};

/** Kysely's face of a session. */
class SessionTransaction extends Transaction<DB> {
  readonly session: Session;

  constructor(session: Session) {
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

/** What writes take as their first argument: a function that asks for a `Trx` cannot be called outside of one. */
export type Trx = SessionTransaction;

type Session = ReturnType<typeof openSession>;

/**
 * A connection for the time of one transaction. What is asked of it first leaves at once, BEGIN before it, and at the end
 * of the turn all else that was; or when the answer to what left before is there.
 */
function openSession(client: pg.PoolClient, timeout_ms: number, usesIndexPlans: boolean) {
  let waiting = (usesIndexPlans ? [BEGIN, INDEX_PLANS] : [BEGIN]).map((text) => toWrite(text));
  let hasBegun = false;
  let isUnderWay = false;
  let isOpen = true;
  let isCommitSent = false;
  /** Why a write failed that nobody waits for, and with it everything after it. */
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
    // A statement had failed and the work went on regardless: PostgreSQL says that it rolled back.
    isCommitSent = false;
    throw new Error('the transaction had failed before its COMMIT');
  }

  /** False where a write before it had failed: PostgreSQL then skips it. */
  function isCommitReached(): boolean {
    return isCommitSent && failure === undefined;
  }

  /** Takes no more statements, and those that have not left never will. */
  function drop(): void {
    isOpen = false;
    for (const { reject } of waiting) reject(ended());
    waiting = [];
  }

  /** Kysely's face of it. */
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
        // Who asked for it, instead of the socket that brought it.
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
