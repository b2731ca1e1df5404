import { execFile, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { StartupError } from '../core/startup-error.ts';
import type { Cluster } from './cluster.ts';
import { environment } from './processes.ts';

/**
 * Cleans up after an earlier run. We own the data directory, so a postmaster that still runs on it is an orphan. Its
 * guardian is stopping it, or was killed as well.
 */
export async function settlePredecessor(cluster: Cluster): Promise<void> {
  const { directory, binaries, account } = cluster;
  const patience_until = Date.now() + 5_000;
  while (orphan(directory) !== undefined && Date.now() < patience_until) await sleep(50);
  const processId = orphan(directory);
  if (processId !== undefined) {
    const args = ['stop', '--pgdata', directory, '--mode', 'fast', '--timeout', '60'];
    const options = { ...account, cwd: directory, env: environment };
    await promisify(execFile)(binaries.pg_ctl, args, options).catch(() => undefined); // judged by the result
    if (orphan(directory) !== undefined) {
      throw new StartupError(
        `A PostgreSQL left over in ${directory} (process ${processId}) does not stop: end it first.`,
      );
    }
  }
  disarmPidFile(join(directory, 'postmaster.pid'));
}

/** Returns the process that runs on this cluster, by its postmaster.pid. Undefined if the id was reused by another program. */
function orphan(directory: string): number | undefined {
  const processId = Number.parseInt(readOrEmpty(join(directory, 'postmaster.pid')), 10);
  if (!(processId > 0)) return undefined;
  return isPostmasterOf(directory, processId) ? processId : undefined;
}

function isPostmasterOf(directory: string, processId: number): boolean {
  if (process.platform !== 'linux') {
    const ps = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(processId)], { encoding: 'utf8' });
    return ps.stdout.includes(`/postgres -D ${directory} `);
  }
  const program = readOrEmpty(`/proc/${processId}/cmdline`).split('\0')[0] ?? ''; // empty for a zombie
  return basename(program) === 'postgres' && linkOrEmpty(`/proc/${processId}/cwd`) === directory;
}

/**
 * Replaces the process id in a stale postmaster.pid by our own. A postmaster refuses to start if the stale id now belongs
 * to another process of the same user, but it ignores the id of its own parent. The file must not be removed: its line
 * about shared memory lets PostgreSQL detect backends that survived their postmaster and would corrupt the cluster.
 */
function disarmPidFile(file: string): void {
  const [processId, ...others] = readOrEmpty(file).split('\n');
  if (processId) fs.writeFileSync(file, [String(process.pid), ...others].join('\n'));
  else fs.rmSync(file, { force: true }); // missing, or its writer died before it wrote
}

function readOrEmpty(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function linkOrEmpty(file: string): string {
  try {
    return fs.readlinkSync(file);
  } catch {
    return '';
  }
}
