import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { pack as tarPack } from 'tar-stream';
import { type ArchiveEntry, packed, unpacked } from '../../src/embedded-postgres/archive.ts';
import { SCRATCH_VARIABLE } from '../support/database.ts';

const BLOCK = 512;

describe('an archive', () => {
  test('returns the packed files, for any sizes of files and chunks', async () => {
    const sizes = fc.array(fc.oneof(fc.nat(3 * BLOCK), fc.constantFrom(0, 1, BLOCK - 1, BLOCK, 2 * BLOCK)));
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 2_000 }), async (fileSizes, chunkSize) => {
        const files = fileSizes.map((size, index) => ({ path: `a/${index}`, bytes: filled(size, index) }));
        const archive = await pack(files);
        assert.deepEqual(await unpack(chunks(archive, chunkSize)), files);
      }),
    );
  });

  test('keeps folders, also empty ones', async () => {
    const entries = [
      { path: 'a/', bytes: Buffer.alloc(0) },
      { path: 'a/file', bytes: Buffer.from('content') },
    ];
    assert.deepEqual(await unpack(chunks(await pack(entries), 100)), entries);
  });

  test('that is truncated anywhere is detected as damaged', async () => {
    const archive = await pack([
      { path: 'a', bytes: filled(700, 1) },
      { path: 'b', bytes: filled(10, 2) },
    ]);
    // The two blocks of zeros at the end tell nothing that the checksums did not tell.
    for (let length = 0; length < archive.length - 3 * BLOCK; length += 97) {
      await assert.rejects(unpack(chunks(archive.subarray(0, length), 512)), { name: 'BrokenArchive' });
    }
  });

  test('of which a byte was changed is known as broken', async () => {
    const archive = await pack([{ path: 'a', bytes: filled(BLOCK - 100, 1) }]);
    const checksums = 3 * BLOCK;
    // Headers and contents, without the padding behind each.
    const meaningful = [
      [0, 2 * BLOCK - 100],
      [2 * BLOCK, archive.indexOf(0, checksums)],
    ] as const;
    for (const [start, end] of meaningful) {
      for (let position = start; position < end; position += 1) {
        const inHeader = position % (2 * BLOCK);
        if (inHeader === 154 || inHeader === 155) continue; // what ends a number
        const damaged = Buffer.from(archive);
        damaged.writeUInt8(damaged.readUInt8(position) ^ 0x40, position);
        await assert.rejects(unpack(chunks(damaged, 512)), { name: 'BrokenArchive' }, `byte ${position}`);
      }
    }
  });

  test('with something behind its end is known as broken', async () => {
    const archive = await pack([{ path: 'a', bytes: filled(10, 1) }]);
    for (const trailer of [Buffer.from('x'), Buffer.alloc(BLOCK, 'x'), archive]) {
      await assert.rejects(unpack(chunks(Buffer.concat([archive, trailer]), 512)), { name: 'BrokenArchive' });
    }
    assert.equal((await unpack(chunks(Buffer.concat([archive, Buffer.alloc(4 * BLOCK)]), 512))).length, 1);
  });

  test('with a link or a device in it is known as broken', async () => {
    for (const type of ['symlink', 'link', 'fifo'] as const) {
      const archive = tarPack();
      archive.entry({ name: 'a', type, linkname: '/etc/passwd' });
      archive.finalize();
      await assert.rejects(unpack(archive as AsyncIterable<Buffer>), { name: 'BrokenArchive' });
    }
  });

  test('fails with the error of its source where that cannot be read', async () => {
    const archive = await pack([{ path: 'a', bytes: filled(700, 1) }]);
    for (const length of [100, 700, archive.length]) {
      async function* source() {
        yield archive.subarray(0, length);
        throw new Error('the disk is gone');
      }
      await assert.rejects(unpack(source()), /the disk is gone/);
    }
  });

  test('whose files end early or late is not written', async () => {
    for (const size of [9, 11]) {
      async function* entries() {
        yield { path: 'a', size, content: chunks(filled(10, 1), 4) };
      }
      await assert.rejects(Array.fromAsync(packed(entries())), /Size mismatch/);
    }
  });

  test('that lacks a file, or has one twice, is known as broken', async () => {
    const archive = await pack([
      { path: 'a', bytes: filled(BLOCK, 1) },
      { path: 'b', bytes: filled(BLOCK, 2) },
    ]);
    const entry = 2 * BLOCK;
    const lacking = Buffer.concat([archive.subarray(0, entry), archive.subarray(2 * entry)]);
    const doubled = Buffer.concat([archive.subarray(0, entry), archive]);
    for (const forged of [lacking, doubled]) {
      await assert.rejects(unpack(chunks(forged, 512)), { name: 'BrokenArchive' });
    }
  });

  test('is read and checked by the tools of the system', async () => {
    const folder = join(process.env[SCRATCH_VARIABLE] ?? '', `archive-${process.pid}`);
    mkdirSync(folder, { recursive: true });
    const bytes = filled(1_300, 7);
    writeFileSync(join(folder, 'x.tar'), await pack([{ path: 'sub/file', bytes }]));

    execFileSync('tar', ['-xf', 'x.tar'], { cwd: folder });

    assert.deepEqual(readFileSync(join(folder, 'sub/file')), bytes);
    const [sum, path] = readFileSync(join(folder, 'SHA256SUMS'), 'utf8').trim().split('  ');
    assert.equal(path, 'sub/file');
    assert.match(sum ?? '', /^[0-9a-f]{64}$/);
  });

  test('keeps a path of any length', async () => {
    const files = [{ path: `${'x'.repeat(101)}/${'y'.repeat(300)}`, bytes: Buffer.from('content') }];
    assert.deepEqual(await unpack(chunks(await pack(files), 512)), files);
  });
});

type File = { readonly path: string; readonly bytes: Buffer };

function filled(size: number, seed: number): Buffer {
  return Buffer.from(Array.from({ length: size }, (_, index) => (index * 31 + seed * 7) % 251));
}

async function pack(files: readonly File[]): Promise<Buffer> {
  async function* entries(): AsyncGenerator<ArchiveEntry> {
    for (const { path, bytes } of files) yield { path, size: bytes.length, content: chunks(bytes, 300) };
  }
  return Buffer.concat(await Array.fromAsync(packed(entries())));
}

async function unpack(bytes: AsyncIterable<Buffer>): Promise<File[]> {
  const files: File[] = [];
  for await (const { path, content } of unpacked(bytes)) {
    files.push({ path, bytes: Buffer.concat(await Array.fromAsync(content)) });
  }
  return files;
}

async function* chunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
