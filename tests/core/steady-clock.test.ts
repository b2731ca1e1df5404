import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { jobRunner } from '../../src/core/jobs.ts';
import { createMetrics } from '../../src/core/observability/metrics.ts';
import { steadyClock } from '../../src/core/steady-clock.ts';
import { createTestDatabase, runSql } from '../support/database.ts';
import { until } from '../support/until.ts';

const FIVE_MINUTES_MS = 5 * 60_000;

test('a steady clock agrees with the real one, and does not follow it back', (t) => {
  const clock = steadyClock();
  assert.ok(Math.abs(clock.now() - Date.now()) < 1_000);
  const before_ms = clock.now();

  setBack(t);

  assert.ok(clock.now() >= before_ms);
});

test('jobs continue when the clocks of process and database are set back five minutes', async (t) => {
  const database = await createTestDatabase();
  let runs = 0;
  async function* run() {
    runs += 1;
    yield 1;
  }
  const runner = jobRunner({
    database,
    jobs: [{ name: 'tick', schedule: '* * * * *', run }],
    metrics: createMetrics(),
    logger: pino({ level: 'silent' }),
  });
  t.after(() => runner.stop());
  await runner.start();
  await until(() => runs > 0);

  setBack(t);
  // What the database has noted lies ahead of its clock then.
  await runSql(database.url, "update pgboss.version set cron_on = now() + interval '5 minutes'");
  const before = runs;

  await until(() => runs > before);
});

function setBack(t: { mock: { method: typeof import('node:test').mock.method } }): void {
  const now = Date.now.bind(Date);
  t.mock.method(Date, 'now', () => now() - FIVE_MINUTES_MS);
}
