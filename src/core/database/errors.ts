import pg from 'pg';
import { type DomainError, OutcomeUnknown, overloaded, serviceUnavailable } from '../errors.ts';

/** A query got no response, and its connection is lost. */
export class LostConnection extends Error {
  constructor(cause: unknown) {
    super(`the connection to PostgreSQL was lost: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
    this.name = 'LostConnection';
  }
}

/** Every connection of the pool was in use for as long as a caller may wait for one. */
export class NoFreeConnection extends Error {
  constructor(cause: unknown) {
    super('no connection to PostgreSQL became free in time', { cause });
    this.name = 'NoFreeConnection';
  }
}

/** True if the error violates the constraint of this name. So a rule in the database gets its error code. */
export function violates(error: unknown, constraint: string): boolean {
  return error instanceof pg.DatabaseError && error.constraint === constraint;
}

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';

/** True if PostgreSQL rolled the transaction back in favour of another. A retry may succeed. */
export function isTransient(error: unknown): boolean {
  const state = sqlState(error);
  return state === SERIALIZATION_FAILURE || state === DEADLOCK_DETECTED;
}

const FEATURE_NOT_SUPPORTED = '0A000';
const INVALID_STATEMENT_NAME = '26000';

/**
 * True when a connection holds a prepared statement that no longer fits: a column has changed its type, or somebody
 * has removed the statement. Another connection may be better.
 */
export function isStaleStatement(error: unknown): boolean {
  const state = sqlState(error);
  return state === FEATURE_NOT_SUPPORTED || state === INVALID_STATEMENT_NAME;
}

const LOCK_NOT_AVAILABLE = '55P03';
const QUERY_CANCELED = '57014';

/** True if `lock_timeout` ended the wait for a lock. */
export function isLockNotAvailable(error: unknown): boolean {
  return sqlState(error) === LOCK_NOT_AVAILABLE;
}

/** True if a deadlock or `lock_timeout` rolled the transaction back. A retry may get its locks. */
export function hasLostItsLocks(error: unknown): boolean {
  const state = sqlState(error);
  return state === DEADLOCK_DETECTED || state === LOCK_NOT_AVAILABLE;
}

/** Classes of SQLSTATE: no resources; connection failure; shutdown or crash; session or transaction timed out; I/O. */
const NO_RESOURCES = /^53/;
const OUT_OF_SERVICE = /^(08|57P0|25P0[34]|58)/;

/** What a failure of the database, as opposed to a refusal by it, means to a caller; undefined for all else. */
export function asDatabaseFailure(error: unknown): DomainError | undefined {
  if (error instanceof OutcomeUnknown) return error;
  if (error instanceof LostConnection) return serviceUnavailable({ retry_after_seconds: 2 });
  if (error instanceof NoFreeConnection) return overloaded({ retry_after_seconds: 1 });
  const state = sqlState(error);
  if (state === undefined) return undefined;
  if (OUT_OF_SERVICE.test(state)) return serviceUnavailable({ retry_after_seconds: 2 });
  const isBusy =
    state === LOCK_NOT_AVAILABLE ||
    state === QUERY_CANCELED ||
    NO_RESOURCES.test(state) ||
    isTransient(error) ||
    isStaleStatement(error);
  return isBusy ? overloaded({ retry_after_seconds: 1 }) : undefined;
}

const rolledBack = new WeakSet<object>();

/** Only for the transaction, which knows that nothing was done. */
export function markRolledBack(error: unknown): void {
  if (typeof error === 'object' && error !== null) rolledBack.add(error);
}

/**
 * True when a list of items may be tried again item by item: its transaction has said that nothing was done, and the
 * database is not at fault. An error from anywhere else, such as after COMMIT, never qualifies.
 */
export function mayIsolate(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    rolledBack.has(error) &&
    asDatabaseFailure(error) === undefined
  );
}

function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}
