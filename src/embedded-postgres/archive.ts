import { createHash, type Hash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { extract, type Pack, pack } from 'tar-stream';

/*
 * A tar of folders and plain files. Its last file has their checksums, so a cut-off archive is detected. Every tar
 * unpacks it, and `sha256sum --check SHA256SUMS` checks it. Owners, modes and times are not kept: a restore sets them.
 * tar-stream checks headers and sizes. Padding between files is not checked: it belongs to no file, and gzip has a
 * checksum of every byte.
 */

export type ArchiveEntry = {
  /** Ends with a slash if it is a folder. */
  readonly path: string;
  readonly size: number;
  /** Exactly `size` bytes. When read from an archive, to be consumed before the next entry is requested. */
  readonly content: AsyncIterable<Buffer>;
};

const CHECKSUMS = 'SHA256SUMS';

/** The bytes of the archive that holds the entries. */
export async function* packed(entries: AsyncIterable<ArchiveEntry>): AsyncGenerator<Buffer> {
  const archive = pack();
  fill(archive, entries).catch((error: Error) => archive.destroy(error));
  yield* archive as AsyncIterable<Buffer>;
}

async function fill(archive: Pack, entries: AsyncIterable<ArchiveEntry>): Promise<void> {
  const checksums: string[] = [];
  for await (const { path, size, content } of entries) {
    const hash = createHash('sha256');
    await addEntry(archive, path, size, hashed(content, hash));
    if (!isFolder(path)) checksums.push(checksumLine(hash, path));
  }
  archive.entry({ name: CHECKSUMS, mode: 0o600 }, checksums.join(''));
  archive.finalize();
}

/** @throws when the content does not have this size. */
async function addEntry(archive: Pack, name: string, size: number, content: AsyncIterable<Buffer>) {
  if (isFolder(name)) archive.entry({ name, type: 'directory', mode: 0o700 });
  else await pipeline(content, archive.entry({ name, size, mode: 0o600 }));
}

/** The entries of an archive, in its order. @throws BrokenArchive at the end at the latest, when they were not packed so. */
export async function* unpacked(bytes: AsyncIterable<Buffer>): AsyncGenerator<ArchiveEntry> {
  const archive = extract();
  let sourceError: unknown;
  const fed = pipeline(rememberingError, archive).catch(() => undefined); // the loop below fails with it
  const found: string[] = [];
  let checksums: string | undefined;
  for await (const entry of orBroken(archive)) {
    const content = orBroken(entry as AsyncIterable<Buffer>);
    const { name: path, size, type } = entry.header;
    // Nothing comes after the checksums, which would not cover it.
    if (checksums !== undefined || type !== (isFolder(path) ? 'directory' : 'file'))
      throw new BrokenArchive(DAMAGED);
    if (path === CHECKSUMS) {
      checksums = Buffer.concat(await Array.fromAsync(content)).toString();
      continue;
    }
    const hash = createHash('sha256');
    yield { path, size, content: hashed(content, hash) };
    if (!isFolder(path)) found.push(checksumLine(hash, path));
  }
  await fed;
  if (checksums === undefined) throw new BrokenArchive('its end is missing');
  if (checksums !== found.join('')) throw new BrokenArchive('its files are not those that were packed');

  async function* rememberingError() {
    try {
      yield* bytes;
    } catch (error) {
      sourceError = error;
      throw error;
    }
  }

  /** A failure here is one of the archive, unless its bytes could not be read. */
  async function* orBroken<T>(parts: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* parts;
    } catch (error) {
      throw sourceError ?? new BrokenArchive(DAMAGED, { cause: error });
    }
  }
}

async function* hashed(content: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of content) {
    hash.update(chunk);
    yield chunk;
  }
}

export function isFolder(path: string): boolean {
  return path.endsWith('/');
}

function checksumLine(hash: Hash, path: string): string {
  return `${hash.digest('hex')}  ${path}\n`;
}

const DAMAGED = 'it is no backup, or it is damaged';

export class BrokenArchive extends Error {
  override name = 'BrokenArchive';
}
