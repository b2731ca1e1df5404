import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { sql } from 'kysely';
import { PROJECT_DIRECTORY } from '../../src/config.ts';
import type { Db } from '../../src/core/database/index.ts';

export type Machine = Awaited<ReturnType<typeof describeMachine>>;

/** The machine and versions that the figures belong to. */
export async function describeMachine(db: Db) {
  const { rows } = await sql<{ name: string; setting: string }>`
    select name, current_setting(name) as setting from pg_settings
    where name in (
      'server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers', 'max_wal_size'
    )
    order by name
  `.execute(db);
  return {
    cpus: availableParallelism(),
    model: cpus()[0]?.model ?? 'unknown',
    memory_gib: Math.round(totalmem() / 1024 ** 3),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    commit: describeCommit(),
    date: Temporal.Now.instant().toString({ smallestUnit: 'second' }),
    postgres: Object.fromEntries(rows.map(({ name, setting }) => [name, setting])),
  };
}

/** With `-dirty` where files differ from it. */
function describeCommit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], {
      cwd: PROJECT_DIRECTORY,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}
