import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { PROJECT_DIRECTORY } from '../../src/config.ts';
import { runCommand } from '../support/child-platform.ts';
import { SCRATCH_VARIABLE } from '../support/database.ts';
import { until } from '../support/until.ts';

const output = join(process.env[SCRATCH_VARIABLE] ?? '', `bench-${process.pid}`);
const bench = (...args: string[]) => runCommand('bench/main.ts', args, {});

describe('a run', () => {
  test('measures what is asked for, prints it and writes it down', async () => {
    const { code, output: printed } = await bench('--only', 'batch', '--seconds', '0.3', '--output', output);
    assert.equal(code, 0, printed);
    assert.match(printed, /fsync on, synchronous_commit on, full_page_writes on/);
    assert.match(printed, /^section +load .*goal$/m);
    const { machine, measurements } = JSON.parse(readFileSync(join(output, 'bench.json'), 'utf8'));
    assert.equal(machine.node, process.version);
    assert.deepEqual(
      measurements.map(({ name, load }: Record<string, string>) => `${name}: ${load}`),
      ['batch: 2 connections × 100', 'batch: 4 connections × 100', 'batch: 8 connections × 100'],
    );
    assert.ok(measurements.every(({ perSecond }: { perSecond: number }) => perSecond > 0));
  });

  test('is refused in a sentence where it is not understood', async () => {
    for (const [args, sentence] of [
      [['--only', 'batch,nothing'], /^--only takes ceiling, lone, .*; there is no nothing\.\n$/],
      [['--seconds', 'few'], /^--seconds must be a number above 0\.\n$/],
    ] as const) {
      const { code, output: printed } = await bench(...args);
      assert.equal(code, 1);
      assert.match(printed, sentence);
    }
  });

  const skip = process.platform === 'linux' ? false : 'processes are found in /proc';
  test('that is killed leaves nothing behind', { skip }, async () => {
    const run = spawn(process.execPath, ['bench/main.ts', '--only', 'batch', '--output', output], {
      cwd: PROJECT_DIRECTORY,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    after(() => run.kill('SIGKILL'));
    const { pid = 0 } = run;
    await until(() => childrenOf(pid).some((child) => commandOf(child).includes('generator.ts')));
    const children = childrenOf(pid);
    const directory = join(tmpdir(), `clicknback-bench-${pid}`);
    assert.ok(children.some((child) => commandOf(child).includes('src/main.ts')));
    assert.ok(existsSync(directory));

    run.kill('SIGKILL');
    await once(run, 'exit');
    await until(() => !children.some(isRunning));
    await until(() => !existsSync(directory));
  });
});

function childrenOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
}

/** Nothing, of what has ended. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function isRunning(pid: string): boolean {
  return commandOf(pid) !== '';
}
