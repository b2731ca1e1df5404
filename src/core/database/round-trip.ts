import pg from 'pg';
import { at } from '../lists.ts';
import { startDeadline } from './connections.ts';
import { LostConnection } from './errors.ts';
import type { Parameter } from './parameters.ts';

/** A SQL command and the callbacks for its result. */
export type Call = {
  readonly text: string;
  readonly parameters: readonly Parameter[];
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
};

export type Answer = {
  readonly rows: readonly Row[];
  /** The command tag, such as `INSERT`. */
  readonly command: string;
  /** The number of rows. */
  readonly count: number;
};

type Row = Record<string, unknown>;

type Column = { readonly name: string; readonly parse: (text: string) => unknown };

/** The name of a prepared statement on one connection, and the columns of its rows. */
type Prepared = { readonly name: string; columns: readonly Column[] };

type Statement = { readonly prepared: Prepared; readonly isNew: boolean };

/** The prepared statements of a connection by text, and the names of those that failed at their first use. */
type Known = { readonly statements: Map<string, Prepared>; names: number; failed: string[] };

/** Dynamic texts would fill the server's memory: more statements than this are not kept. */
const MOST_PREPARED = 500;
/** PostgreSQL replaces a statement of this name with the next one. */
const UNNAMED = '';
const knownTo = new WeakMap<pg.ClientBase, Known>();

/**
 * Pipelines SQL commands with one Sync behind all of them (PostgreSQL 18, 54.2.4), so PostgreSQL sends one response. pg
 * itself sends a Sync behind each command. The commands run in order. After a failed one PostgreSQL skips the rest, which
 * fail with the same error. Each connection prepares a text and describes its rows once.
 *
 * `first` are sent immediately, so that the database works while the rest is prepared. The returned function sends the
 * rest and the Sync; call it once, in the same tick. With `isAll` the Sync follows `first`, and there is no rest.
 *
 * Destroys the connection if there is no response within `timeout_ms`. An error that PostgreSQL did not report becomes
 * LostConnection.
 */
export function sendTogether(
  client: pg.ClientBase,
  first: readonly Call[],
  options: { readonly isAll: boolean; readonly timeout_ms: number; readonly whenAnswered: () => void },
): (rest: readonly Call[]) => void {
  const { isAll, timeout_ms, whenAnswered } = options;
  const known: Known = knownTo.get(client) ?? { statements: new Map(), names: 0, failed: [] };
  knownTo.set(client, known);
  const calls: Call[] = [];
  const statements: Statement[] = [];
  const answers: Answer[] = [];
  let rows: Row[] = [];
  let unreadable: unknown;
  /** Undefined until pg submits the query: it waits for the previous one. */
  let connection: pg.Connection | undefined;
  let isComplete = isAll;
  /** Set if `first` failed before the rest was sent. */
  let settleLater: (() => void) | undefined;
  const deadline = startDeadline(client, timeout_ms);

  function add(more: readonly Call[]): void {
    for (const call of more) {
      calls.push(call);
      statements.push(findOrName(known, call.text));
    }
  }

  function sendFrom(position: number): void {
    connection?.stream.cork();
    if (position === 0) closeFailed();
    for (const [offset, { text, parameters }] of calls.slice(position).entries()) {
      const { prepared, isNew } = at(statements, position + offset);
      if (isNew) connection?.parse({ name: prepared.name, text, types: [] }, true);
      connection?.bind({ statement: prepared.name, values: [...parameters] }, true);
      if (isNew) connection?.describe({ type: 'P' }, true);
      connection?.execute(null, true);
    }
    if (isComplete) connection?.sync();
    connection?.stream.uncork();
  }

  /** PostgreSQL keeps a statement whose first use failed, although no caller can find it again. */
  function closeFailed(): void {
    for (const name of known.failed) connection?.close({ type: 'S', name }, true);
    known.failed = [];
  }

  function sendRest(rest: readonly Call[]): void {
    add(rest);
    isComplete = true;
    sendFrom(calls.length - rest.length);
    settleLater?.();
  }

  function settle(answered: readonly Answer[], error: unknown): void {
    if (!isComplete) {
      settleLater = () => settle(answered, error);
      return;
    }
    clearTimeout(deadline);
    for (const [position, { text, resolve, reject }] of calls.entries()) {
      const answer = answered[position];
      if (answer !== undefined) resolve(answer);
      else {
        forget(text, at(statements, position));
        reject(error);
      }
    }
    whenAnswered();
  }

  /** A statement that was to be prepared may be there or not: it is closed, and gets another name next time. */
  function forget(text: string, { isNew, prepared: { name } }: Statement): void {
    if (!isNew || name === UNNAMED) return;
    known.statements.delete(text);
    known.failed.push(name);
  }

  /** What pg calls on its way through a query. */
  const query = {
    submit(submittedTo: pg.Connection) {
      connection = submittedTo;
      sendFrom(0);
    },
    handleRowDescription({ fields }: { fields: readonly pg.FieldDef[] }) {
      at(statements, answers.length).prepared.columns = fields.map(({ name, dataTypeID }) => ({
        name,
        parse: client.getTypeParser(dataTypeID),
      }));
    },
    handleDataRow({ fields }: { fields: readonly (string | null)[] }) {
      try {
        rows.push(toRow(at(statements, answers.length).prepared.columns, fields));
      } catch (error) {
        unreadable ??= error;
      }
    },
    handleCommandComplete({ text }: { text: string }) {
      // `INSERT 0 5`, `SELECT 3`, `BEGIN`
      const words = text.split(' ');
      answers.push({ rows, command: at(words, 0), count: Number(words.at(-1)) });
      rows = [];
    },
    /** Instead of completion, for a statement that has nothing in it. */
    handleEmptyQuery() {
      answers.push({ rows: [], command: '', count: 0 });
    },
    handleReadyForQuery() {
      settle(unreadable === undefined ? answers : [], unreadable);
    },
    handleError(error: unknown) {
      settle(answers, error instanceof pg.DatabaseError ? error : new LostConnection(error));
    },
  };
  add(first);
  client.query(query);
  return sendRest;
}

function findOrName(known: Known, text: string): Statement {
  const found = known.statements.get(text);
  if (found !== undefined) return { prepared: found, isNew: false };
  if (known.statements.size === MOST_PREPARED)
    return { prepared: { name: UNNAMED, columns: [] }, isNew: true };
  known.names += 1;
  const prepared = { name: `statement_${known.names}`, columns: [] };
  known.statements.set(text, prepared);
  return { prepared, isNew: true };
}

function toRow(columns: readonly Column[], fields: readonly (string | null)[]): Row {
  const row: Row = {};
  for (const [position, { name, parse }] of columns.entries()) {
    const text = fields[position] ?? null;
    row[name] = text === null ? null : parse(text);
  }
  return row;
}
