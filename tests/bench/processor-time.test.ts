import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { processorTime_ms } from '../../bench/processor-time.ts';

const skip = process.platform === 'linux' ? false : 'only Linux tells';
/** Works for a fifth of a second, and more on a processor that is shared. */
const WORK = 'const end = process.cpuUsage().user + 200_000; while (process.cpuUsage().user < end);';

describe('the processor time of a process', { skip }, () => {
  test('is its own', () => {
    const before = processorTime_ms(process.pid);
    for (const { user } = process.cpuUsage(); process.cpuUsage().user < user + 200_000; );
    assert.ok(processorTime_ms(process.pid) - before >= 180);
  });

  test('and that of children that have ended', () => {
    const before = processorTime_ms(process.pid);
    execFileSync(process.execPath, ['--eval', WORK]);
    assert.ok(processorTime_ms(process.pid) - before >= 180);
  });

  test('and that of those that live', async () => {
    const before = processorTime_ms(process.pid);
    const child = spawn(process.execPath, [
      '--eval',
      `${WORK} console.log('done'); setInterval(() => {}, 1000);`,
    ]);
    await once(child.stdout, 'data');
    const used = processorTime_ms(process.pid) - before;
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.ok(used >= 180, `${used}`);
  });

  test('is nothing of what is not there', () => {
    assert.equal(processorTime_ms(-1), 0);
  });
});
