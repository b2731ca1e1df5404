import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { seedProgramme } from '../../bench/programme.ts';
import { PROJECT_DIRECTORY } from '../../src/config.ts';
import { migrate } from '../../src/core/database/migrations.ts';

const command = promisify(execFile);

/** A tree of the platform, with the functions of that tree that prepare its database. */
export type Version = {
  readonly directory: string;
  readonly migrate: typeof migrate;
  readonly seedProgramme: typeof seedProgramme;
};

export const PRESENT: Version = { directory: PROJECT_DIRECTORY, migrate, seedProgramme };

/**
 * Writes the tree of a commit into a new directory. It uses the installed packages. Returns the reason if the tree cannot be
 * had or cannot run: a shallow clone lacks the commit, and packages may have moved on too far.
 */
export async function takeVersion(
  commit: string,
  directory: string,
): Promise<{ readonly version: Version; readonly packages: Packages } | { readonly missing: string }> {
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const archive = join(directory, 'tree.tar');
  try {
    await command('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: PROJECT_DIRECTORY });
  } catch (error) {
    const reason = String((error as { stderr?: string }).stderr ?? error).trim();
    return {
      missing: `the history lacks commit ${commit.slice(0, 7)}, see git fetch --unshallow (${reason})`,
    };
  }
  await command('git', ['archive', `--output=${archive}`, commit], { cwd: PROJECT_DIRECTORY });
  await command('tar', ['-xf', archive], { cwd: directory });
  symlinkSync(join(PROJECT_DIRECTORY, 'node_modules'), join(directory, 'node_modules'));

  const packages = comparePackages(directory);
  if (packages.incompatible.length > 0)
    return { missing: `commit ${commit.slice(0, 7)} needs ${packages.incompatible.join(', ')}` };
  const ownMigrations: Pick<Version, 'migrate'> = await import(
    join(directory, 'src/core/database/migrations.ts')
  );
  const ownProgramme: Pick<Version, 'seedProgramme'> = await import(join(directory, 'bench/programme.ts'));
  return {
    version: { directory, migrate: ownMigrations.migrate, seedProgramme: ownProgramme.seedProgramme },
    packages,
  };
}

/** The run-time packages of a tree that are installed in another version. */
export type Packages = { readonly incompatible: readonly string[]; readonly other: readonly string[] };

function comparePackages(directory: string): Packages {
  const incompatible: string[] = [];
  const other: string[] = [];
  for (const [name, wanted] of Object.entries(readJson(directory, 'package.json').dependencies ?? {})) {
    const installed = installedVersion(name);
    if (lineOf(installed) !== lineOf(wanted))
      incompatible.push(`${name} ${wanted}, installed is ${installed}`);
    else if (installed !== wanted) other.push(`${name} ${wanted}`);
  }
  return { incompatible, other };
}

function installedVersion(name: string): string {
  try {
    return readJson(PROJECT_DIRECTORY, 'node_modules', name, 'package.json').version ?? 'none';
  } catch {
    return 'none';
  }
}

function readJson(...path: string[]): { version?: string; dependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(join(...path), 'utf8'));
}

/** The part of a version that changes when a package breaks its users: `8`, and `0.29` before the first release. */
function lineOf(version: string): string {
  const [major = '', minor = ''] = version.split('.');
  return major === '0' ? `${major}.${minor}` : major;
}
