import * as fs from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import pg from 'pg';
import { StartupError } from '../core/startup-error.ts';
import { type ArchiveEntry, packed } from './archive.ts';
import { syncDirectory } from './data-directory.ts';

/*
 * A physical backup of a running server, as pg_basebackup takes it, but over an ordinary connection: the npm package
 * brings no pg_basebackup. The files as they are found, and the write-ahead log that makes one state of them.
 * https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
 */

/** In the archive as in the data directory. The password beside it stays out: a restore makes a new one. */
export const ARCHIVED_CLUSTER = 'postgres';

/** What these hold is the running server's own. */
const EMPTIED_FOLDERS = new Set([
  'pg_dynshmem',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_wal',
]);
const LEFT_OUT = /^(postmaster\.pid|postmaster\.opts|pg_internal\.init.*|pgsql_tmp.*)$/;
const CONTROL_FILE = 'global/pg_control';

/** Writes all that is committed until now, and until it ends, to `file`. @throws StartupError when there is one. */
export async function backUpEmbeddedPostgres(options: {
  readonly url: string;
  readonly dataDirectory: string;
  readonly file: string;
}): Promise<{ readonly bytes: number }> {
  const { url, dataDirectory, file } = options;
  const unfinished = `${file}.unfinished`;
  const handle = createPrivately(unfinished);
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {}); // the query under way reports it
  try {
    if (fs.existsSync(file))
      throw new StartupError(`${file} is there already, and a backup replaces nothing.`);
    await client.connect();
    const sink = fs.createWriteStream(unfinished, { fd: handle, flush: true });
    await pipeline(packed(entriesOf(client, dataDirectory)), createGzip({ level: 1 }), sink);
    fs.renameSync(unfinished, file);
    syncDirectory(dirname(file));
    return { bytes: fs.statSync(file).size };
  } catch (error) {
    fs.rmSync(unfinished, { force: true });
    throw error;
  } finally {
    await client.end();
  }
}

/** It holds whatever the database does: for its owner alone, from the first byte. */
function createPrivately(file: string): number {
  try {
    return fs.openSync(file, 'wx', 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartupError(
      code === 'EEXIST'
        ? `${file} is there already: another backup writes it or was cut off. If none runs, remove it.`
        : `${file} cannot be written (${code}).`,
    );
  }
}

async function* entriesOf(client: pg.Client, dataDirectory: string): AsyncGenerator<ArchiveEntry> {
  const cluster = join(dataDirectory, ARCHIVED_CLUSTER);
  // Keeps the log that the backup needs from being recycled, and is gone with this session however it ends.
  await client.query("select pg_create_physical_replication_slot('backup_' || pg_backend_pid(), true, true)");
  await client.query("select pg_backup_start('clicknback', fast => true)");
  for (const path of pathsIn(cluster, '')) {
    const entry = await asFound(cluster, path);
    if (entry !== undefined) yield entry;
  }
  yield ofBytes(join(ARCHIVED_CLUSTER, CONTROL_FILE), await untorn(join(cluster, CONTROL_FILE)));
  const { rows } = await client.query<{ label: string; last: string }>(
    // The byte before the end: an end at a boundary is no part of the segment behind it.
    'select labelfile as label, pg_walfile_name(lsn - 1) as last from pg_backup_stop(wait_for_archive => false)',
  );
  const { label = '', last = '' } = rows[0] ?? {};
  yield ofText(join(ARCHIVED_CLUSTER, 'backup_label'), label);
  for (const path of walSegments(cluster, /\(file (\w+)\)/.exec(label)?.[1] ?? '', last)) {
    const segment = await asFound(cluster, path);
    if (segment === undefined) throw new Error(`${path} is gone before it was copied`);
    yield segment;
  }
}

/** Folders first. A file dropped meanwhile may be missing: the log contains its removal. */
function* pathsIn(cluster: string, folder: string): Generator<string> {
  const entries = unlessGone(() => fs.readdirSync(join(cluster, folder), { withFileTypes: true })) ?? [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (LEFT_OUT.test(entry.name) || path === CONTROL_FILE) continue;
    if (entry.isDirectory()) {
      yield `${path}/`;
      if (EMPTIED_FOLDERS.has(path)) continue;
      yield* pathsIn(cluster, path);
    } else if (entry.isFile()) yield path;
    else throw new StartupError(`${join(cluster, path)} is a link, whose target this backup would miss.`);
  }
}

/** A file as long as it was when it was opened. The log mends what changes under the eyes of the reader. */
async function asFound(cluster: string, path: string): Promise<ArchiveEntry | undefined> {
  if (path.endsWith('/')) return ofBytes(join(ARCHIVED_CLUSTER, path), Buffer.alloc(0));
  let file: FileHandle;
  try {
    file = await open(join(cluster, path));
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
  const { size } = await file.stat();
  return { path: join(ARCHIVED_CLUSTER, path), size, content: bytesOf(file, size) };
}

async function* bytesOf(file: FileHandle, size: number): AsyncGenerator<Buffer> {
  const CHUNK = 1 << 18;
  try {
    for (let position = 0; position < size; ) {
      const length = Math.min(CHUNK, size - position);
      const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(length), position, length });
      // Cut meanwhile; the log cuts it again.
      yield bytesRead === 0 ? buffer : buffer.subarray(0, bytesRead);
      position += bytesRead === 0 ? length : bytesRead;
    }
  } finally {
    await file.close();
  }
}

/** The one file that the log cannot repair: two equal reads prove that it was not written meanwhile. */
async function untorn(file: string): Promise<Buffer> {
  for (let before = fs.readFileSync(file); ; ) {
    await sleep(10);
    const now = fs.readFileSync(file);
    if (now.equals(before)) return now;
    before = now;
  }
}

/** Every segment from the first to the last, both by name: `timeline`, then the number in two parts, 8 hexadecimal digits each. */
function walSegments(cluster: string, first: string, last: string): string[] {
  const perPart = 0x1_0000_0000 / fs.statSync(join(cluster, 'pg_wal', first)).size;
  const number = (name: string) =>
    Number.parseInt(name.slice(8, 16), 16) * perPart + Number.parseInt(name.slice(16), 16);
  const hexadecimal = (part: number) => part.toString(16).toUpperCase().padStart(8, '0');
  const names: string[] = [];
  for (let segment = number(first); segment <= number(last); segment += 1) {
    const parts = [Math.floor(segment / perPart), segment % perPart];
    names.push(join('pg_wal', first.slice(0, 8) + parts.map(hexadecimal).join('')));
  }
  return names;
}

function ofText(path: string, text: string): ArchiveEntry {
  return ofBytes(path, Buffer.from(text));
}

function ofBytes(path: string, bytes: Buffer): ArchiveEntry {
  async function* content() {
    yield bytes;
  }
  return { path, size: bytes.length, content: content() };
}

function unlessGone<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
