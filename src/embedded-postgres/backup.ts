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
 * A physical backup of a running server, like that of pg_basebackup, which the npm package does not contain. It copies the
 * files while they change, and adds the write-ahead log that makes them consistent. It uses an ordinary connection.
 * https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
 */

/** The folder of the cluster, in the archive and in the data directory. The password is not archived: a restore sets a new one. */
export const ARCHIVED_CLUSTER = 'postgres';

/** Folders whose content is valid only for the running server. They are archived empty. */
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

/**
 * Writes a backup to `file`. It contains all that was committed before it ended.
 * @throws StartupError if the file exists or cannot be written.
 */
export async function backUpEmbeddedPostgres(options: {
  readonly url: string;
  readonly dataDirectory: string;
  readonly file: string;
}): Promise<{ readonly bytes: number }> {
  const { url, dataDirectory, file } = options;
  const unfinished = `${file}.unfinished`;
  const handle = createPrivately(unfinished);
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {}); // the running query reports it
  try {
    if (fs.existsSync(file))
      throw new StartupError(
        `${file} exists already, and a backup never replaces a file: choose another name.`,
      );
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

/** Creates the file with access for its owner only, because it contains the whole database. */
function createPrivately(file: string): number {
  try {
    return fs.openSync(file, 'wx', 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartupError(
      code === 'EEXIST'
        ? `${file} exists already: another backup is running or was interrupted. If none is running, remove the file.`
        : `${file} cannot be written (${code}).`,
    );
  }
}

async function* entriesOf(client: pg.Client, dataDirectory: string): AsyncGenerator<ArchiveEntry> {
  const cluster = join(dataDirectory, ARCHIVED_CLUSTER);
  // The slot keeps the server from recycling the log that the backup needs. It is temporary and ends with this session.
  await client.query("select pg_create_physical_replication_slot('backup_' || pg_backend_pid(), true, true)");
  await client.query("select pg_backup_start('clicknback', fast => true)");
  for (const path of pathsIn(cluster, '')) {
    const entry = await asFound(cluster, path);
    if (entry !== undefined) yield entry;
  }
  yield ofBytes(join(ARCHIVED_CLUSTER, CONTROL_FILE), await untorn(join(cluster, CONTROL_FILE)));
  const { rows } = await client.query<{ label: string; last: string }>(
    // `lsn - 1` is the last byte: an end at a segment boundary does not need the next segment.
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

/** Yields each folder before its files. A file that is dropped meanwhile may be missing: the log contains its removal. */
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

/** Archives a file with the size that it has when it is opened. The log repairs what changes during the read. */
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
      // The file was truncated meanwhile. Zeros fill the rest, and the log truncates it again.
      yield bytesRead === 0 ? buffer : buffer.subarray(0, bytesRead);
      position += bytesRead === 0 ? length : bytesRead;
    }
  } finally {
    await file.close();
  }
}

/** Reads the only file that the log cannot repair. Two equal reads prove that it was not written during a read. */
async function untorn(file: string): Promise<Buffer> {
  for (let before = fs.readFileSync(file); ; ) {
    await sleep(10);
    const now = fs.readFileSync(file);
    if (now.equals(before)) return now;
    before = now;
  }
}

/**
 * Lists the log segments from the first to the last. A name has three parts of 8 hexadecimal digits: the timeline and two
 * parts of the number.
 */
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
