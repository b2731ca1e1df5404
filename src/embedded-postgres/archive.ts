import { createHash, type Hash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { extract, type Pack, pack } from 'tar-stream';

/*
 * A tar archive of folders and plain files. The last file has the checksums of all files, so a truncated archive is
 * detected. Any tar program can unpack it, and `sha256sum --check SHA256SUMS` verifies it. Owners, modes and times are not
 * stored, because a restore sets them. The library tar-stream checks headers and sizes. The padding between files is not
 * checked here, but gzip has a checksum of every byte.
 */

export type ArchiveEntry = {
  /** The path of a folder ends with a slash. */
  readonly path: string;
  readonly size: number;
  /** Exactly `size` bytes. If read from an archive, they must be consumed before the next entry is requested. */
  readonly content: AsyncIterable<Buffer>;
};

const CHECKSUMS = 'SHA256SUMS';

/** Packs the entries and yields the bytes of the archive. */
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

/** @throws if the content does not have this size. */
async function addEntry(archive: Pack, name: string, size: number, content: AsyncIterable<Buffer>) {
  if (isFolder(name)) archive.entry({ name, type: 'directory', mode: 0o700 });
  else await pipeline(content, archive.entry({ name, size, mode: 0o600 }));
}

/** Yields the entries of an archive in order. @throws BrokenArchive, possibly only at the end, if the archive is damaged. */
export async function* unpacked(bytes: AsyncIterable<Buffer>): AsyncGenerator<ArchiveEntry> {
  const archive = extract();
  let sourceError: unknown;
  const fed = pipeline(rememberingError, archive).catch(() => undefined); // the loop below fails with it
  const found: string[] = [];
  let checksums: string | undefined;
  for await (const entry of orBroken(archive)) {
    const content = orBroken(entry as AsyncIterable<Buffer>);
    const { name: path, size, type } = entry.header;
    // No entry may follow the checksums, because they would not cover it.
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

  /** Converts a failure to BrokenArchive, unless the bytes of the archive could not be read. */
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

const DAMAGED = 'it is not a backup, or it is damaged';

export class BrokenArchive extends Error {
  override name = 'BrokenArchive';
}
