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
import type pg from 'pg';
import type { DB } from './schema.generated.ts';

/** What writes take as their first argument: a function that asks for a `Trx` cannot be called outside of one. */
export type Trx = Transaction<DB>;

const MAX_ATTEMPTS = 3;
const RETRY_JITTER_MS = 20;

/*
 * Statements of a transaction go by keys, or by lists of them. A plan is made once and kept, perhaps when a table was
 * empty: told that nothing but its indexes will do, the planner makes one that stays good as the table grows.
 */
const BEGIN = `
  begin isolation level read committed read write;
  set local plan_cache_mode = force_generic_plan;
  set local enable_seqscan = off;
  set local enable_hashjoin = off;
  set local enable_mergejoin = off;
`;

/**
 * Runs `work` in one READ COMMITTED transaction; any error rolls all of it back.
 * After an error that may pass, all of it is tried again, up to twice, but never once COMMIT was sent.
 *
 * Kysely's own transactions wait for each answer before they send the next statement. These send what does not wait
 * for anything in one go, BEGIN included: `Promise.all` of ten statements is one round trip. Their order is that of
 * the calls, and after a failed one PostgreSQL refuses the rest. Should BEGIN itself fail, what was sent behind it
 * writes nothing, as connections are read-only outside of transactions.
 */
export async function runTransaction<T>(
  pool: pg.Pool,
  mayPass: (error: unknown) => boolean,
  work: (trx: Trx) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const client = await pool.connect();
    const connection = preparingConnection(client);
    let committing = false;
    let broken: Error | undefined;
    try {
      const begun = client.query(BEGIN);
      const [result] = await Promise.all([work(transactionOn(connection)), begun]);
      connection.close();
      committing = true;
      const { command } = await client.query('commit');
      // What COMMIT answers when a statement had failed and the work went on regardless.
      if (command === 'ROLLBACK') throw new Error('the transaction had failed before its COMMIT');
      return result;
    } catch (error) {
      connection.close();
      broken = await rollBack(client);
      if (committing || !mayPass(error) || attempt === MAX_ATTEMPTS) throw error;
    } finally {
      client.release(broken);
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * RETRY_JITTER_MS * attempt));
  }
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

/** Kysely's face of a connection. */
function transactionOn(connection: DatabaseConnection): Trx {
  return new Transaction<DB>({
    config: { dialect: DIALECT },
    dialect: DIALECT,
    driver: new DummyDriver(),
    executor: new DefaultQueryExecutor(COMPILER, ADAPTER, {
      provideConnection: (consumer) => consumer(connection),
    }),
  });
}

/** Prepares each statement once on each connection, and takes none once it is closed: the connection is another's. */
function preparingConnection(client: pg.PoolClient): DatabaseConnection & { readonly close: () => void } {
  let isOpen = true;
  return {
    async executeQuery<Row>({ sql: text, parameters }: CompiledQuery) {
      if (!isOpen) throw new Error('this transaction has ended');
      const query = { name: statementName(text), text, values: parameters as unknown[] };
      const { rows, rowCount, command } = await client.query(query);
      return {
        rows: rows as Row[],
        ...(WRITES.has(command) && rowCount !== null && { numAffectedRows: BigInt(rowCount) }),
      };
    },
    streamQuery() {
      throw new Error('a transaction reads whole answers');
    },
    close: () => {
      isOpen = false;
    },
  };
}

const WRITES = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);

/** Texts that are put together anew would fill the server's memory: beyond this many, statements are not kept. */
const MOST_PREPARED = 500;
const statementNames = new Map<string, string>();

function statementName(text: string): string | undefined {
  const known = statementNames.get(text);
  if (known !== undefined || statementNames.size === MOST_PREPARED) return known;
  const name = `statement_${statementNames.size + 1}`;
  statementNames.set(text, name);
  return name;
}
