import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { StartupError } from '../core/startup-error.ts';
import type { Account } from './account.ts';

/** The data directory of a project whose own directory belongs to root and is closed to the account of the server. */
export function systemDataDirectory(projectDirectory: string): string {
  const path = resolve(projectDirectory);
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 8);
  return `/var/lib/clicknback/${basename(path) || 'root'}-${hash}`;
}

/** Returns the data directory. Creates it if it is missing, and ensures that we and the account of the server can use it. */
export function ensureDirectoryFor(
  account: Account,
  options: { dataDirectory: string; fallbackDirectory?: string },
): string {
  const wanted = resolve(options.dataDirectory);
  const fallback = account && options.fallbackDirectory && resolve(options.fallbackDirectory);
  // The directory with existing data wins. Otherwise a chmod could make the server start with an empty database.
  if (fallback && holdsData(fallback) && !holdsData(wanted)) return ensureDirectory(account, fallback);
  if (canEnter(account, nearestExisting(wanted))) return ensureDirectory(account, wanted);
  if (!fallback || holdsData(wanted)) throw closedDirectory(wanted);
  return ensureDirectory(account, fallback);
}

/** True if a database was created here, complete or not. */
export function holdsData(directory: string): boolean {
  return existsSync(join(directory, 'postgres'));
}

function ensureDirectory(account: Account, directory: string): string {
  explainFileErrors(directory, () => {
    const firstCreated = mkdirSync(directory, { recursive: true, mode: 0o700 });
    // The account of the server may enter, but not list, each folder that we created. The umask must not matter.
    for (let path = directory; firstCreated && path.startsWith(firstCreated); path = dirname(path)) {
      chmodSync(path, account ? 0o711 : 0o700);
    }
    accessSync(directory, constants.W_OK | constants.X_OK);
  });
  if (!canEnter(account, directory)) throw closedDirectory(directory);
  return directory;
}

/** Tries to enter the directory as the account. Mode bits are not enough: ACLs, mounts and security modules matter too. */
function canEnter(account: Account, directory: string): boolean {
  if (!account) return true;
  const attempt = spawnSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', directory], {
    ...account,
    cwd: '/',
    stdio: 'ignore',
  });
  return attempt.status === 0;
}

function nearestExisting(path: string): string {
  let nearest = path;
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  return nearest;
}

function closedDirectory(directory: string): StartupError {
  return new StartupError(
    `The data directory ${directory} is closed to the account that PostgreSQL runs as (it refuses root): ` +
      'choose one outside of private folders such as /root.',
  );
}

/** An ephemeral directory is removed completely, so it must be empty at first. */
export function requireNothingToLose(directory: string): void {
  if (readdirSync(directory).length === 0) return;
  throw new Error(`An ephemeral server removes its whole data directory, and ${directory} is not empty.`);
}

/** A rename survives a power failure only after its directory was synced to disk. */
export function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

/** Runs `work` and converts errors that the operator can repair to one sentence. */
export function explainFileErrors<T>(directory: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const reason = fileErrors[code];
    if (reason === undefined) throw error;
    throw new StartupError(`The data directory ${directory} cannot be used: ${reason} (${code}).`, {
      cause: error,
    });
  }
}

const fileErrors: Record<string, string> = {
  EACCES: 'we have no permission to write there',
  EPERM: 'writing there is not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a file of that name is in the way',
  ENOENT: 'it cannot be created',
};
