import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { spawnPlatform } from '../support/child-platform.ts';
import { createTestDatabase } from '../support/database.ts';
import { holdTable } from '../support/hold-table.ts';
import { until } from '../support/until.ts';

describe('npm run worker', () => {
  test('runs the jobs, answers probes and metrics but no API, and stops on a signal', async () => {
    const { url } = await createTestDatabase();
    const worker = await spawnPlatform({ DATABASE_URL: url }, 'src/worker.ts');
    await worker.ready();

    assert.equal((await fetch(`${worker.url}/health/live`)).status, 200);
    assert.equal((await fetch(`${worker.url}/api/v1/offers`)).status, 404);
    await metricsThat(worker.url, (text) =>
      text.includes('clicknback_job_runs_total{job="purge-refresh-tokens",outcome="completed"} 1'),
    );
    worker.process.kill('SIGTERM');
    assert.equal(await worker.ended, 0);
  });
});

test('a worker is ready when its queue works, and not before', async () => {
  const { url } = await createTestDatabase();
  const first = await spawnPlatform({ DATABASE_URL: url }, 'src/worker.ts');
  await first.ready();
  const queue = await holdTable(url, 'pgboss.version');

  const worker = await spawnPlatform({ DATABASE_URL: url }, 'src/worker.ts');
  await until(async () => (await fetch(`${worker.url}/health/live`).catch(() => undefined))?.ok);
  const early = await fetch(`${worker.url}/health/ready`);
  assert.deepEqual(
    [early.status, await early.json()],
    [503, { status: 'not_ready', reason: 'jobs_not_started' }],
  );

  await queue.release();
  await worker.ready();
});

test('a signal while the jobs start is not a failure, with an empty database and with a used one', async () => {
  const { url } = await createTestDatabase();
  for (const program of ['src/worker.ts', 'src/main.ts'] as const) {
    const child = await spawnPlatform({ DATABASE_URL: url, DEMO_DATA: 'false' }, program);
    await child.ready();
    child.process.kill('SIGTERM');
    assert.equal(await child.ended, 0, child.output());
  }
});

describe('npm run up', () => {
  test('runs the jobs too, unless RUN_JOBS=false', async () => {
    const { url } = await createTestDatabase();
    const apiOnly = await spawnPlatform({ DATABASE_URL: url, DEMO_DATA: 'false', RUN_JOBS: 'false' });
    const both = await spawnPlatform({ DATABASE_URL: url, DEMO_DATA: 'false' });
    await apiOnly.ready();
    await metricsThat(both.url, (text) => text.includes('clicknback_job_runs_total{'));

    const metrics = await (await fetch(`${apiOnly.url}/metrics`)).text();
    assert.ok(!metrics.includes('clicknback_job_runs_total{'));
    for (const { process } of [apiOnly, both]) process.kill('SIGTERM');
    assert.deepEqual(await Promise.all([apiOnly.ended, both.ended]), [0, 0]);
  });
});

async function metricsThat(url: string, hold: (text: string) => boolean): Promise<void> {
  await until(async () => {
    const answer = await fetch(`${url}/metrics`).catch(() => undefined);
    return answer?.ok && hold(await answer.text());
  });
}
