import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { StartupError } from '../core/startup-error.ts';

/** Whose process the server is; undefined: ours. */
export type Account = { uid: number; gid: number } | undefined;

/** A postmaster refuses root, so root lends it the cluster's owner or, for a new cluster, the system account `postgres`. */
export function accountToRunAs(dataDirectory: string): Account {
  if (process.getuid?.() !== 0) return undefined;
  // A cluster that an ordinary user made stays that user's: one `sudo make up` must not lock them out of it.
  const cluster = statSync(join(dataDirectory, 'postgres'), { throwIfNoEntry: false });
  if (cluster !== undefined && cluster.uid !== 0) return { uid: cluster.uid, gid: cluster.gid };

  for (const name of systemAccountNames) {
    const account = findAccount(name);
    if (account) return account;
  }
  return createAccount('postgres');
}

// macOS brings an account `_postgres` of its own.
const systemAccountNames = process.platform === 'darwin' ? ['_postgres', 'postgres'] : ['postgres'];

function findAccount(name: string): Account {
  const [uid, gid] = ['-u', '-g'].map((flag) => {
    const id = spawnSync('id', [flag, name], { encoding: 'utf8' });
    return id.status === 0 ? Number.parseInt(id.stdout, 10) : Number.NaN;
  });
  return uid && gid ? { uid, gid } : undefined;
}

function createAccount(name: string): Account {
  // shadow-utils, shadow-utils when a group of this name is left over, BusyBox. The first that works ends the loop.
  const attempts: [string, string[]][] = [
    [
      'useradd',
      ['--system', '--no-create-home', '--home-dir', '/nonexistent', '--shell', '/bin/false', name],
    ],
    ['useradd', ['--system', '--no-create-home', '--home-dir', '/nonexistent', '-g', name, name]],
    ['adduser', ['-S', '-D', '-H', '-s', '/bin/false', name]],
  ];
  for (const [command, args] of attempts) {
    if (spawnSync(command, args, { stdio: 'ignore' }).status !== 0) continue;
    const account = findAccount(name);
    if (account) return account;
  }
  throw new StartupError(
    `PostgreSQL refuses to run as root and the system account "${name}" is missing and could not be created: ` +
      'create it, start as an ordinary user, or set DATABASE_URL.',
  );
}
