import pg from 'pg';
import { at } from '../lists.ts';
import { startDeadline } from './connections.ts';
import { LostConnection } from './errors.ts';
import type { Parameter } from './parameters.ts';

/** A statement, and who waits for its answer. */
export type Call = {
  readonly text: string;
  readonly parameters: readonly Parameter[];
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
};

export type Answer = {
  readonly rows: readonly Row[];
  /** What was done, such as `INSERT`. */
  readonly command: string;
  /** To how many rows. */
  readonly count: number;
};

type Row = Record<string, unknown>;

type Column = { readonly name: string; readonly parse: (text: string) => unknown };

/** The name that a connection knows a statement by, and what its rows are made of. */
type Prepared = { readonly name: string; columns: readonly Column[] };

type Statement = { readonly prepared: Prepared; readonly isNew: boolean };

/** What a connection has prepared, by text, and the names of statements that failed at their first use. */
type Known = { readonly statements: Map<string, Prepared>; names: number; failed: string[] };

/** Texts that are put together anew would fill the server's memory: beyond this many, statements are not kept. */
const MOST_PREPARED = 500;
/** A statement of this name is replaced by the next one. */
const UNNAMED = '';
const knownTo = new WeakMap<pg.ClientBase, Known>();

/**
 * Sends statements together and takes their answers together: there is one Sync behind all of them (PostgreSQL 18,
 * 54.2.4). They run in their order; once one has failed PostgreSQL skips the others, which fail with the same error.
 * On each connection a text is prepared and its rows are described once.
 *
 * By itself pg has a Sync behind each statement, at which the server answers; each answer wakes both sides up.
 *
 * `first` leave at once, so that the database is at work while the rest is put together. What is returned sends the
 * rest, and the Sync; it must be called once, in the same turn of the event loop. Where they are all there is
 * (`isAll`), the Sync leaves with them, and nothing may follow.
 *
 * Without an answer within `timeout_ms` the connection is destroyed. An error that PostgreSQL did not report comes as
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
  /** Undefined as long as pg has not sent anything: it waits for the query before. */
  let connection: pg.Connection | undefined;
  let isComplete = isAll;
  /** Where `first` failed before the rest was given. */
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

  /** PostgreSQL keeps a statement whose first use failed, and nobody would find it again. */
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
