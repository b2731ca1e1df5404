import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { StartupError } from '../core/startup-error.ts';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { explainFileErrors, syncDirectory } from './data-directory.ts';
import type { Guardian } from './guardian.ts';
import { exited, lastRelevantLine, spawnGuarded } from './processes.ts';

export type Cluster = {
  /** `<dataDirectory>/postgres` with resolved symbolic links, the form that a postmaster reports as working directory. */
  directory: string;
  password: string;
  logFile: string;
  account: Account;
  binaries: Binaries;
  guardian: Guardian;
  settings: Record<string, string>;
};

export const superuser = 'postgres';

/**
 * Creates the cluster if it is missing. Checks that it is complete, has the right owner and the right version.
 * Only the process that owns the data directory may call this.
 */
export async function prepareCluster(options: {
  dataDirectory: string;
  account: Account;
  binaries: Binaries;
  guardian: Guardian;
  settings: Record<string, string>;
}): Promise<Cluster> {
  const { dataDirectory, ...rest } = options;
  const home = fs.realpathSync(dataDirectory);
  const cluster: Cluster = {
    ...rest,
    directory: join(home, 'postgres'),
    logFile: join(home, 'postgres.log'),
    password: '',
  };
  explainFileErrors(dataDirectory, () => {
    // Keeps the log of the previous run, which may show why it ended. Older logs are deleted.
    if (fs.existsSync(cluster.logFile)) fs.renameSync(cluster.logFile, `${cluster.logFile}.previous`);
    cluster.password = keptPassword(home, cluster.directory);
    removeUnfinished(home);
  });
  if (isMissing(cluster.directory)) await initialise(cluster, home);
  requireUsable(cluster);
  return cluster;
}

/** Reads or creates the password. It is written before the cluster, so that an existing cluster always has a password. */
function keptPassword(home: string, clusterDirectory: string): string {
  const file = join(home, passwordFileName);
  if (fs.existsSync(file)) return fs.readFileSync(file, 'utf8').trim();
  if (!isMissing(clusterDirectory)) {
    throw new StartupError(
      `The database in ${clusterDirectory} has lost its password file ${file}: put it back.`,
    );
  }
  const password = newPassword();
  const unfinished = `${file}.unfinished`;
  fs.writeFileSync(unfinished, `${password}\n`, { mode: 0o600, flush: true });
  fs.renameSync(unfinished, file);
  return password;
}

export const passwordFileName = 'postgres.password';

/** Contains no character that must be escaped in SQL, a URL or a shell. */
export function newPassword(): string {
  return randomBytes(24).toString('base64url');
}

function isMissing(directory: string): boolean {
  return !fs.existsSync(directory) || fs.readdirSync(directory).length === 0;
}

export const unfinishedPrefix = 'postgres.unfinished-';

function removeUnfinished(home: string): void {
  for (const name of fs.readdirSync(home).filter((entry) => entry.startsWith(unfinishedPrefix))) {
    fs.rmSync(join(home, name), { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

/** Creates the cluster in a temporary folder and renames it, so that a killed initdb leaves no incomplete cluster. */
async function initialise(cluster: Cluster, home: string): Promise<void> {
  const { account, binaries, guardian, logFile } = cluster;
  const workshop = explainFileErrors(home, () => fs.mkdtempSync(join(home, unfinishedPrefix)));
  const unfinished = join(workshop, 'postgres');
  const passwordFile = join(workshop, 'password'); // a copy: the server's account must not read the real one
  explainFileErrors(home, () => {
    fs.writeFileSync(passwordFile, `${cluster.password}\n`, { mode: 0o600 });
    if (account) for (const path of [workshop, passwordFile]) fs.chownSync(path, account.uid, account.gid);
  });

  const args = [
    ...['--pgdata', unfinished, '--username', superuser, '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
    // Sorts by code point, so that the order does not depend on the locales and libraries of the machine.
    ...['--encoding', 'UTF8', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--locale', 'C'],
    // A new server fills each new log file with zeros while all transactions wait: 80 ms for the default of 16 MB.
    ...['--wal-segsize', '1'],
    ...['--data-checksums', '--no-instructions', ...(cluster.settings.fsync === 'off' ? ['--no-sync'] : [])],
  ];
  const program = binaries.initdb;
  const initdb = await spawnGuarded({
    guardian,
    account,
    program,
    args,
    workingDirectory: workshop,
    logFile,
  });
  await exited(initdb);
  await guardian.watch(undefined);
  if (initdb.exitCode !== 0) {
    removeUnfinished(home);
    throw new StartupError(
      `The database in ${home} could not be created: ${lastRelevantLine(fs.readFileSync(logFile, 'utf8'))} (log: ${logFile}).`,
    );
  }
  explainFileErrors(home, () => {
    fs.renameSync(unfinished, cluster.directory);
    syncDirectory(home);
    removeUnfinished(home);
  });
}

function requireUsable({ directory, account, binaries }: Cluster): void {
  const owner = fs.statSync(directory).uid;
  if (owner !== (account?.uid ?? process.getuid?.())) {
    throw new StartupError(
      `The database in ${directory} belongs to another user (uid ${owner}): start as that user or as root.`,
    );
  }
  const versionFile = join(directory, 'PG_VERSION');
  if (!fs.existsSync(versionFile)) {
    throw new StartupError(`${directory} is not a PostgreSQL database: it has no file PG_VERSION.`);
  }
  const version = fs.readFileSync(versionFile, 'utf8').trim();
  if (version !== binaries.majorVersion) {
    throw new StartupError(
      `The database in ${directory} was made by PostgreSQL ${version}, this is PostgreSQL ${binaries.majorVersion}: ` +
        'dump and restore it, or move it away.',
    );
  }
}
