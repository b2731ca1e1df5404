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
import { toParameters } from './parameters.ts';
import { type Answer, type Call, sendTogether } from './round-trip.ts';
import type { DB } from './schema.generated.ts';

const MAX_ATTEMPTS = 3;
const RETRY_JITTER_MS = 20;

const BEGIN = 'begin isolation level read committed read write';
const COMMIT = 'commit';

/*
 * Statements of a transaction go by keys, or by lists of them. A plan is made once and kept, perhaps when a table was
 * empty: told that nothing but its indexes will do, the planner makes one that stays good as the table grows.
 */
const PLAN_FOR_GROWTH = `
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
 * the calls, and after a failed one PostgreSQL skips the rest. Nobody waits for what `write` sends, so that COMMIT
 * leaves with the last of it.
 */
export async function runTransaction<T>(
  pool: pg.Pool,
  mayPass: (error: unknown) => boolean,
  work: (trx: Trx) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const client = await pool.connect();
    const session = openSession(client);
    let broken: Error | undefined;
    try {
      const result = await work(new SessionTransaction(session));
      await session.commit();
      return result;
    } catch (error) {
      session.drop();
      if (session.hasBegun()) broken = await rollBack(client);
      if (session.mayBeCommitted() || !mayPass(error) || attempt === MAX_ATTEMPTS) throw error;
    } finally {
      client.release(broken);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * RETRY_JITTER_MS * attempt));
  }
}

const textOf = new WeakMap<TemplateStringsArray, string>();

/**
 * For SQL whose answer nobody needs, as in ``write(trx)`delete from things where id = ${id}` ``. It is sent with what
 * comes before and after it. When it fails the transaction does, with its error: the work cannot catch it.
 */
export function write({ session }: Trx) {
  return (fragments: TemplateStringsArray, ...values: readonly unknown[]): void => {
    let text = textOf.get(fragments);
    if (text === undefined) {
      text = fragments.reduce((before, fragment, position) => `${before}$${position}${fragment}`);
      textOf.set(fragments, text);
    }
    session.write(text, values);
  };
}

/** An error when the connection is of no more use. */
async function rollBack(client: pg.PoolClient): Promise<Error | undefined> {
  try {
    await client.query('rollback');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
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
function openSession(client: pg.PoolClient) {
  let waiting = [BEGIN, PLAN_FOR_GROWTH].map((text) => toWrite(text));
  let hasBegun = false;
  let isUnderWay = false;
  let isOpen = true;
  let isCommitting = false;
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
      // Nothing follows COMMIT.
      const sendRest = sendTogether(client, first, { isAll: !isOpen, whenAnswered: depart });
      if (isOpen) process.nextTick(() => sendRest(takeWaiting()));
    } else for (const { reject } of first) reject(failure?.error);
  }

  function takeWaiting(): Call[] {
    const calls = waiting;
    waiting = [];
    return calls;
  }

  async function commit(): Promise<void> {
    isOpen = false;
    isCommitting = true;
    const { command } = await send(COMMIT);
    // What COMMIT answers when a statement had failed and the work went on regardless.
    if (command === 'ROLLBACK') throw new Error('the transaction had failed before its COMMIT');
  }

  /** After an error: false when PostgreSQL told of a write that failed, as it skips a COMMIT behind that. */
  function mayBeCommitted(): boolean {
    return isCommitting && !(failure?.error instanceof pg.DatabaseError);
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

  return { write, commit, hasBegun: () => hasBegun, mayBeCommitted, drop, connection };
}

function ended(): Error {
  return new Error('this transaction has ended');
}

const WRITES = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);
