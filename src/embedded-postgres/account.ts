import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { StartupError } from '../core/startup-error.ts';

/** The system account that runs the server. Undefined means the account of this process. */
export type Account = { uid: number; gid: number } | undefined;

/**
 * Chooses the account, because a postmaster refuses to run as root. For root it is the owner of an existing cluster, or
 * the system account `postgres` for a new cluster.
 */
export function accountToRunAs(dataDirectory: string): Account {
  if (process.getuid?.() !== 0) return undefined;
  // A cluster of an ordinary user must stay with that user: one `sudo make up` must not lock the user out.
  const cluster = statSync(join(dataDirectory, 'postgres'), { throwIfNoEntry: false });
  if (cluster !== undefined && cluster.uid !== 0) return { uid: cluster.uid, gid: cluster.gid };

  for (const name of systemAccountNames) {
    const account = findAccount(name);
    if (account) return account;
  }
  return createAccount('postgres');
}

// macOS has its own account `_postgres`.
const systemAccountNames = process.platform === 'darwin' ? ['_postgres', 'postgres'] : ['postgres'];

function findAccount(name: string): Account {
  const [uid, gid] = ['-u', '-g'].map((flag) => {
    const id = spawnSync('id', [flag, name], { encoding: 'utf8' });
    return id.status === 0 ? Number.parseInt(id.stdout, 10) : Number.NaN;
  });
  return uid && gid ? { uid, gid } : undefined;
}

function createAccount(name: string): Account {
  // For shadow-utils, for shadow-utils if the group exists already, and for BusyBox. The first success ends the loop.
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
