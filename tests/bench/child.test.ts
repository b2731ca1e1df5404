import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { childOf } from '../../bench/child.ts';

const program = (name: string) => `${import.meta.dirname}/../support/${name}.ts`;
const answering = () => childOf<{ dies: boolean }, { pid: number }>(program('answering-child'));

describe('a child', () => {
  test('answers one question after the other in a process of its own', async () => {
    const ask = answering();
    const { pid } = await ask({ dies: false });
    assert.notEqual(pid, process.pid);
    assert.equal((await ask({ dies: false })).pid, pid);
  });

  test('that dies of a question reports it, and another one takes the next', async () => {
    const ask = answering();
    const { pid } = await ask({ dies: false });
    await assert.rejects(ask({ dies: true }), /ended with 3 and without an answer/);
    assert.notEqual((await ask({ dies: false })).pid, pid);
  });

  test('neither keeps who asked nor outlives it', async () => {
    // Both write to the same pipe, so that it closes with the last of them.
    const { stdout } = await promisify(execFile)(process.execPath, [program('asking-parent')], {
      timeout: 120_000,
    });
    assert.match(stdout, /^\d+\n$/);
  });
});
