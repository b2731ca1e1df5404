import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartupError } from '../core/startup-error.ts';
import { explainFileErrors } from './data-directory.ts';

/**
 * Makes this process the only owner of the data directory, until the returned function is called or the process dies.
 *
 * The lock is the kernel's (SQLite's exclusive lock on an empty file, the only file lock that Node offers): it vanishes with its
 * holder, even by SIGKILL, and unlike a file with a process id it cannot be stale, nor be fooled by a reused id or by a container
 * with ids of its own. The owner's process id is written down for the message alone.
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

// Without a reference the garbage collector would close the lock, under a running server.
const held = new Set<DatabaseSync>();

function lockOrUndefined(dataDirectory: string, lockFile: string): DatabaseSync | undefined {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(lockFile, { timeout: LETS_GO_WITHIN_MS });
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

/** An owner that was killed has its lock until the kernel has taken it down, which takes a moment on a busy machine. */
const LETS_GO_WITHIN_MS = 500;

function processIn(ownerFile: string): string {
  try {
    return ` (process ${readFileSync(ownerFile, 'utf8').trim()})`;
  } catch {
    return '';
  }
}
