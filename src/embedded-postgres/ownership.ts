import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartupError } from '../core/startup-error.ts';
import { explainFileErrors } from './data-directory.ts';

/**
 * Makes this process the only owner of the data directory, until the returned function is called or the process dies.
 *
 * The lock is a file lock of the kernel. SQLite's exclusive lock on an empty file is the only one that Node offers. It ends
 * with its process, even by SIGKILL. Unlike a file with a process id, it cannot be stale, and reused ids or the separate
 * ids of a container cannot confuse it. The process id of the owner is written only for the error message.
 */
export function takeOwnership(dataDirectory: string): () => void {
  const lockFile = join(dataDirectory, 'owner.lock');
  const ownerFile = join(dataDirectory, 'owner.pid');
  const lock = lockOrUndefined(dataDirectory, lockFile);
  if (!lock) {
    throw new StartupError(
      `The data directory ${dataDirectory} is in use by another running ClickNBack${processIn(ownerFile)}: stop that one first.`,
    );
  }
  held.add(lock);
  explainFileErrors(dataDirectory, () => writeFileSync(ownerFile, `${process.pid}\n`, { mode: 0o600 }));
  return () => {
    if (held.delete(lock)) lock.close();
  };
}

// Keeps references, because the garbage collector would otherwise close a lock while its server runs.
const held = new Set<DatabaseSync>();

function lockOrUndefined(dataDirectory: string, lockFile: string): DatabaseSync | undefined {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(lockFile, { timeout: LOCK_TIMEOUT_MS });
    lock.exec('begin exclusive');
    return lock;
  } catch (error) {
    lock?.close();
    if ((error as { errcode?: number }).errcode === sqliteBusy) return undefined;
    throw new StartupError(
      `The data directory ${dataDirectory} cannot be locked: ${(error as Error).message}.`,
      {
        cause: error,
      },
    );
  }
}

const sqliteBusy = 5;

/** A killed owner keeps its lock until the kernel has removed the process, which takes a moment on a busy machine. */
const LOCK_TIMEOUT_MS = 500;

function processIn(ownerFile: string): string {
  try {
    return ` (process ${readFileSync(ownerFile, 'utf8').trim()})`;
  } catch {
    return '';
  }
}
