import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { StartupError } from '../core/startup-error.ts';
import { type Account, accountToRunAs } from './account.ts';
import { BrokenArchive, isFolder, unpacked } from './archive.ts';
import { ARCHIVED_CLUSTER } from './backup.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import { newPassword, passwordFileName, superuser, unfinishedPrefix } from './cluster.ts';
import { ensureDirectoryFor, explainFileErrors, holdsData, syncDirectory } from './data-directory.ts';
import { takeOwnership } from './ownership.ts';
import { environment, lastRelevantLine } from './processes.ts';

/**
 * Creates the data directory from a backup. Unpacks and checks the files in a temporary folder and renames it, so that a
 * failed or killed restore leaves no database.
 * @throws StartupError if there is a database already, or the backup is damaged.
 */
export async function restoreEmbeddedPostgres(options: {
  readonly file: string;
  readonly dataDirectory: string;
  readonly fallbackDirectory?: string;
}): Promise<{ readonly dataDirectory: string }> {
  const { file } = options;
  const backup = openBackup(file);
  const account = accountToRunAs(options.dataDirectory);
  const binaries = await findBinaries(account);
  const dataDirectory = ensureDirectoryFor(account, options);
  const releaseOwnership = takeOwnership(dataDirectory);
  try {
    if (holdsData(dataDirectory)) {
      throw new StartupError(
        `There is already a database in ${dataDirectory}, and a restore never replaces one: move it away, or choose another folder with DATA_DIR.`,
      );
    }
    const workshop = explainFileErrors(dataDirectory, () =>
      fs.mkdtempSync(join(dataDirectory, unfinishedPrefix)),
    );
    try {
      await unpack(backup, file, workshop);
      const cluster = join(workshop, ARCHIVED_CLUSTER);
      if (account) give(workshop, account);
      await givePassword(workshop, { account, binaries, file });
      const options = { ...account, cwd: '/', env: environment };
      await promisify(execFile)(binaries.initdb, ['--sync-only', '--pgdata', cluster], options);
      putIntoPlace(workshop, dataDirectory);
    } finally {
      fs.rmSync(workshop, { recursive: true, force: true });
    }
    return { dataDirectory };
  } finally {
    releaseOwnership();
  }
}

function openBackup(file: string): fs.ReadStream {
  try {
    return fs.createReadStream(file, { fd: fs.openSync(file, 'r'), highWaterMark: 1 << 18 });
  } catch (error) {
    throw new StartupError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

async function unpack(backup: fs.ReadStream, file: string, workshop: string): Promise<void> {
  try {
    await pipeline(backup, createGunzip(), async (bytes: AsyncIterable<Buffer>) => {
      for await (const { path, content } of unpacked(bytes)) {
        const target = join(workshop, requireInside(path));
        fs.mkdirSync(isFolder(path) ? target : dirname(target), { recursive: true, mode: 0o700 });
        if (isFolder(path)) for await (const _ of content);
        else await pipeline(content, fs.createWriteStream(target, { flags: 'wx', mode: 0o600 }));
      }
    });
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (!(error instanceof BrokenArchive) && !code.startsWith('Z_')) throw error;
    throw new StartupError(
      `${file} cannot be restored: ${error instanceof BrokenArchive ? message : 'it is not a backup, or it is damaged'}.`,
    );
  }
}

/** @throws BrokenArchive if the path leads out of the folder. No real backup contains such a path. */
function requireInside(path: string): string {
  if (normalize(path) === path && !path.startsWith('/') && !path.startsWith('..')) return path;
  throw new BrokenArchive('it is not a backup');
}

function give(folder: string, account: NonNullable<Account>): void {
  for (const path of ['', ...fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })]) {
    fs.chownSync(join(folder, path), account.uid, account.gid);
  }
}

/**
 * Sets a new password for the superuser, because the backup contains none. Uses a server in single-user mode, to which no
 * client can connect. It first replays the log of the backup, which also shows whether the log is complete.
 */
async function givePassword(
  workshop: string,
  { account, binaries, file }: { account: Account; binaries: Binaries; file: string },
): Promise<void> {
  const password = newPassword();
  const cluster = join(workshop, ARCHIVED_CLUSTER);
  const run = promisify(execFile)(binaries.postgres, ['--single', '-D', cluster, 'postgres'], {
    ...account,
    cwd: '/',
    env: environment,
    maxBuffer: 1 << 26,
  });
  run.child.stdin?.on('error', () => undefined); // the exit of the process is reported instead
  run.child.stdin?.end(`alter role ${superuser} password '${password}'\n`);
  try {
    await run;
  } catch (error) {
    const reason = lastRelevantLine(String((error as { stderr?: string }).stderr));
    throw new StartupError(`${file} cannot be restored: ${reason}.`, { cause: error });
  }
  fs.writeFileSync(join(workshop, passwordFileName), `${password}\n`, { mode: 0o600, flush: true });
}

/** Moves the password first, so that an existing cluster always has its password. */
function putIntoPlace(workshop: string, dataDirectory: string): void {
  for (const name of [passwordFileName, ARCHIVED_CLUSTER]) {
    fs.renameSync(join(workshop, name), join(dataDirectory, name));
    syncDirectory(dataDirectory);
  }
}
