import { createHash, type Hash } from 'node:crypto';

/*
 * A tar of folders and plain files with the files' checksums as its last one, so that a cut-off archive is known as
 * one. Any tar unpacks it, and `sha256sum --check SHA256SUMS` checks it. Nothing of owners, modes and times is kept:
 * whoever unpacks decides them.
 */

export type ArchiveEntry = {
  /** Ends with a slash if it is a folder. */
  readonly path: string;
  readonly size: number;
  /** Exactly `size` bytes. When read from an archive, to be consumed before the next entry is asked for. */
  readonly content: AsyncIterable<Buffer>;
};

const CHECKSUMS = 'SHA256SUMS';
const BLOCK = 512;
const PLAIN_FILE = '0';
const FOLDER = '5';
const MAX_PATH_BYTES = 100;
const MAX_SIZE = 0o77777777777;

/** The bytes of the archive that holds the entries. */
export async function* packed(entries: AsyncIterable<ArchiveEntry>): AsyncGenerator<Buffer> {
  const checksums: string[] = [];
  for await (const { path, size, content } of entries) {
    const hash = createHash('sha256');
    yield header(path, size);
    for await (const chunk of content) {
      hash.update(chunk);
      yield chunk;
    }
    yield padding(size);
    if (!isFolder(path)) checksums.push(checksumLine(hash, path));
  }
  const sums = Buffer.from(checksums.join(''));
  yield Buffer.concat([header(CHECKSUMS, sums.length), sums, padding(sums.length)]);
  yield Buffer.alloc(2 * BLOCK);
}

/** What an archive holds, in its order. @throws BrokenArchive in the end at the latest, when it is not what was packed. */
export async function* unpacked(bytes: AsyncIterable<Buffer>): AsyncGenerator<ArchiveEntry> {
  const source = reader(bytes);
  const found: string[] = [];
  for (;;) {
    const { path, size } = readHeader(await source.exactly(BLOCK));
    if (path === CHECKSUMS) {
      const sums = (await source.exactly(size)).toString();
      if (sums !== found.join('')) throw new BrokenArchive('its files are not those that were packed');
      return requireZeros(source.rest());
    }
    const hash = createHash('sha256');
    yield { path, size, content: content(size, hash) };
    if (!isFolder(path)) found.push(checksumLine(hash, path));
    await requireZeros([await source.exactly(padding(size).length)]);
  }

  async function* content(size: number, hash: Hash): AsyncGenerator<Buffer> {
    for (let left = size; left > 0; ) {
      const chunk = await source.atMost(left);
      hash.update(chunk);
      left -= chunk.length;
      yield chunk;
    }
  }
}

export function isFolder(path: string): boolean {
  return path.endsWith('/');
}

function checksumLine(hash: Hash, path: string): string {
  return `${hash.digest('hex')}  ${path}\n`;
}

export class BrokenArchive extends Error {
  override name = 'BrokenArchive';
}

/** POSIX ustar, with the least that every tar asks for. */
function header(path: string, size: number): Buffer {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES || size > MAX_SIZE) {
    throw new Error(`${path} with ${size} bytes does not fit into the archive's format`);
  }
  const block = Buffer.alloc(BLOCK);
  block.write(path, 0);
  block.write('0000600\0', 100); // mode
  block.write('0000000\0', 108); // user
  block.write('0000000\0', 116); // group
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  block.write(`${Math.floor(Date.now() / 1000).toString(8)}\0`, 136);
  block.write('        ', 148); // the checksum counts as blanks in itself
  block.write(isFolder(path) ? FOLDER : PLAIN_FILE, 156);
  block.write('ustar\x0000', 257);
  block.write(`${headerChecksum(block).toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function readHeader(block: Buffer): { path: string; size: number } {
  const field = (start: number, length: number) =>
    block.toString('utf8', start, start + length).replace(/\0.*$/s, '');
  const checksum = Number.parseInt(field(148, 8), 8);
  block.write('        ', 148);
  if (
    checksum !== headerChecksum(block) ||
    field(257, 6) !== 'ustar' ||
    ![PLAIN_FILE, FOLDER].includes(field(156, 1))
  ) {
    throw new BrokenArchive('it is no backup, or it is damaged');
  }
  return { path: field(0, MAX_PATH_BYTES), size: Number.parseInt(field(124, 12), 8) };
}

/** What fills blocks up tells nothing, but where it is damaged, so may be what wrote or carried it. */
async function requireZeros(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
  for await (const chunk of chunks) {
    if (chunk.some((byte) => byte !== 0)) throw new BrokenArchive('it is damaged');
  }
}

function headerChecksum(block: Buffer): number {
  return block.reduce((sum, byte) => sum + byte, 0);
}

function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

/** Bytes by count rather than by chunk. @throws BrokenArchive when there are none left. */
function reader(bytes: AsyncIterable<Buffer>) {
  const chunks = bytes[Symbol.asyncIterator]();
  let left: Buffer = Buffer.alloc(0);

  async function atMost(count: number): Promise<Buffer> {
    while (left.length === 0) {
      const { done, value } = await chunks.next();
      if (done) throw new BrokenArchive('its end is missing');
      left = value;
    }
    const taken = left.subarray(0, count);
    left = left.subarray(taken.length);
    return taken;
  }

  async function exactly(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let missing = count; missing > 0; ) {
      const part = await atMost(missing);
      parts.push(part);
      missing -= part.length;
    }
    return Buffer.concat(parts);
  }

  /** To the very end: only there does what decompresses them compare its own checksum. */
  async function* rest(): AsyncGenerator<Buffer> {
    yield left;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  }

  return { atMost, exactly, rest };
}
