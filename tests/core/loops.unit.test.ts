import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { afterFailure, type Loop, loopRunner } from '../../src/core/loops.ts';
import { createMetrics } from '../../src/core/observability/metrics.ts';
import { until } from '../support/until.ts';

function startRunner(t: TestContext, loops: readonly Loop[]) {
  const logged: { msg: string; loop?: string }[] = [];
  const metrics = createMetrics();
  const logger = pino({ base: null }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const runner = loopRunner({ loops, metrics, logger });
  runner.start();
  t.after(runner.stop);
  return { runner, logged, metrics };
}

/** A loop that returns these numbers, one at each run, and then 0. `runs` counts them. */
function loopOf(name: string, found: (number | Error)[], interval_ms = 1) {
  let runs = 0;
  const run = async () => {
    const items = found[runs] ?? 0;
    runs += 1;
    if (items instanceof Error) throw items;
    return items;
  };
  return { name, interval_ms, run, runs: () => runs };
}

const FOREVER_MS = 1_000_000;

describe('a loop', () => {
  test('runs again at once while it finds something, and after the interval when it does not', async (t) => {
    const busy = loopOf('busy', [2, 3, 0], FOREVER_MS);
    const idle = loopOf('idle', []);
    const { metrics } = startRunner(t, [busy, idle]);
    await until(() => busy.runs() === 3 && idle.runs() > 5);
    assert.equal(busy.runs(), 3);
    const text = await metrics.registry.metrics();
    assert.match(text, /clicknback_job_items_total\{job="busy"\} 5\n/);
    assert.match(text, /clicknback_job_runs_total\{job="busy",outcome="completed"\} 3\n/);
  });

  test('that fails is logged and counted, and continues after the interval', async (t) => {
    const broken = loopOf('broken', [new Error('out of order'), 1]);
    const { logged, metrics } = startRunner(t, [broken]);
    await until(() => broken.runs() > 2);
    assert.deepEqual(
      logged.map(({ msg, loop }) => [msg, loop]),
      [['loop failed, and continues', 'broken']],
    );
    const text = await metrics.registry.metrics();
    assert.match(text, /clicknback_job_runs_total\{job="broken",outcome="failed"\} 1\n/);
  });

  test('that fails again and again waits for the interval each time, and longer each time', async (t) => {
    const broken = loopOf('broken', Array(9).fill(new Error('out of order')), FOREVER_MS);
    const { logged } = startRunner(t, [broken]);
    await until(() => logged.length > 0);
    await new Promise(setImmediate);
    assert.equal(broken.runs(), 1);
    assert.deepEqual(
      [500, 1_000, 4_000, 5_000, 30_000].map(afterFailure),
      [1_000, 2_000, 5_000, 5_000, 30_000],
    );
  });
});

describe('stopping', () => {
  test('ends the pause of a loop', async (t) => {
    const idle = loopOf('idle', [], FOREVER_MS);
    const { runner } = startRunner(t, [idle]);
    await until(() => idle.runs() === 1);
    await runner.stop();
    assert.equal(idle.runs(), 1);
  });

  test('aborts the signal of a run, waits for its end and starts no other', async (t) => {
    const released = Promise.withResolvers<void>();
    let runs = 0;
    let ended = false;
    const run = async (signal: AbortSignal) => {
      runs += 1;
      await released.promise;
      ended = signal.aborted;
      return 1;
    };
    const { runner } = startRunner(t, [{ name: 'long', interval_ms: 1, run }]);
    const stopped = runner.stop();
    released.resolve();
    await stopped;
    assert.deepEqual([runs, ended], [1, true]);
  });

  test('ends although a run hangs, and logs that', async (t) => {
    const run = () => new Promise<number>(() => undefined);
    const { runner, logged } = startRunner(t, [{ name: 'hanging', interval_ms: 1, run }]);
    await runner.stop();
    assert.deepEqual(
      logged.map(({ msg }) => msg),
      ['a loop could not be stopped cleanly'],
    );
  });
});
