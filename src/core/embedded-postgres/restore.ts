import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip } from 'node:zlib';
import { StartupError } from '../startup-error.ts';
import { type Account, accountToRunAs } from './account.ts';
import { BrokenArchive, isFolder, unpacked } from './archive.ts';
import { ARCHIVED } from './backup.ts';
import { findBinaries } from './binaries.ts';
import { unfinishedPrefix } from './cluster.ts';
import { ensureDirectoryFor, explainFileErrors, holdsData, syncDirectory } from './data-directory.ts';
import { takeOwnership } from './ownership.ts';
import { environment } from './processes.ts';

/**
 * Puts the files of a backup where a server starts from them. Unpacked and checked aside, then renamed: a restore that
 * fails or is killed leaves no database behind.
 * @throws StartupError when there is one already, or the backup is damaged.
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
        `There is a database in ${dataDirectory} already, and a restore replaces nothing: move it away, or choose another folder with DATA_DIR.`,
      );
    }
    const workshop = explainFileErrors(dataDirectory, () =>
      fs.mkdtempSync(join(dataDirectory, unfinishedPrefix)),
    );
    try {
      await unpack(backup, file, workshop);
      const cluster = join(workshop, ARCHIVED.cluster);
      if (account) give(workshop, account);
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
      `${file} cannot be restored: ${error instanceof BrokenArchive ? message : 'it is no backup, or it is damaged'}.`,
    );
  }
}

/** A path that leads out of the folder comes from no backup of ours. */
function requireInside(path: string): string {
  if (normalize(path) === path && !path.startsWith('/') && !path.startsWith('..')) return path;
  throw new BrokenArchive('it is no backup');
}

function give(folder: string, account: NonNullable<Account>): void {
  for (const path of ['', ...fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })]) {
    fs.chownSync(join(folder, path), account.uid, account.gid);
  }
}

/** The password first: a cluster that is present always has its own. */
function putIntoPlace(workshop: string, dataDirectory: string): void {
  const password = join(workshop, ARCHIVED.password);
  if (process.getuid?.() === 0) fs.chownSync(password, 0, 0);
  for (const name of [ARCHIVED.password, ARCHIVED.cluster]) {
    fs.renameSync(join(workshop, name), join(dataDirectory, name));
    syncDirectory(dataDirectory);
  }
}
