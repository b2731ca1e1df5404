import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { PgBoss } from 'pg-boss';
import { pino } from 'pino';
import { openDatabase } from '../../src/core/database/index.ts';
import { type Job, jobRunner, purgeJob } from '../../src/core/jobs.ts';
import { createMetrics } from '../../src/core/observability/metrics.ts';
import { spawnProgram } from '../support/child-platform.ts';
import { createTestDatabase, runSql } from '../support/database.ts';
import { until } from '../support/until.ts';

const EVERY_MINUTE = '* * * * *';
/** Never within a test: only the start of a runner, and the test itself, ask for runs. */
const NEVER = '0 0 29 2 *';

describe('a recurring job', { concurrency: true }, () => {
  test('runs when a process starts, and by the minute after that', async (t) => {
    const runs = countedRuns();
    await startRunner(t, [{ name: 'tick', schedule: EVERY_MINUTE, run: runs.run }]);
    await runs.reach(1);
    await runs.reach(2);
  });

  test('whose process was killed is run by another one within a minute', async (t) => {
    const database = await createTestDatabase();
    const child = spawnProgram('tests/support/stuck-worker.ts', { DATABASE_URL: database.url });
    await until(() => child.output().includes('took up the run'));
    const runs = countedRuns();
    await startRunner(t, [{ name: 'handed-on', schedule: NEVER, run: runs.run }], database.url);

    child.process.kill('SIGKILL');
    await child.ended;
    const killedAt = performance.now();

    await runs.reach(1);
    t.diagnostic(`taken over after ${Math.round(performance.now() - killedAt)} ms`);
    const [run] = await runsOf(database.url, 'handed-on');
    assert.equal(run?.retry_count, 1, 'the same run, not the next one of the schedule');
  });

  test('that is running does not pile up, in one process or in several', async (t) => {
    const database = await createTestDatabase();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const runs = countedRuns(async () => released);
    const job = { name: 'slow', schedule: NEVER, run: runs.run };
    await startRunner(t, [job], database.url);
    await runs.reach(1);

    // As the schedule does it each minute, and each process when it starts.
    const asked = [await askFor(database.url, 'slow'), await askFor(database.url, 'slow')];
    await startRunner(t, [job], database.url);

    assert.deepEqual(asked, [null, null]);
    assert.equal((await runsOf(database.url, 'slow')).length, 1);
    release();
    await untilRun(database.url, 'slow', 'completed');
    assert.equal(runs.count(), 1);
  });

  test('that throws is logged with its error and retried, and others continue', async (t) => {
    const runs = countedRuns(async (count) => {
      if (count === 1) throw new Error('out of order');
    });
    const others = countedRuns();
    const { logged, metrics } = await startRunner(t, [
      { name: 'broken-once', schedule: NEVER, run: runs.run },
      { name: 'sound', schedule: NEVER, run: others.run },
    ]);

    await runs.reach(2);
    await others.reach(1);

    const failure = logged.find(({ msg }) => msg === 'job failed');
    assert.equal(failure?.level, 'error');
    assert.equal(failure?.job, 'broken-once');
    assert.match(failure?.err?.stack ?? '', /Error: out of order\n.+jobs\.test\.ts/);
    await until(async () =>
      (await metrics.registry.metrics()).includes('job="broken-once",outcome="completed"'),
    );
    const text = await metrics.registry.metrics();
    for (const line of [
      'clicknback_job_runs_total{job="broken-once",outcome="failed"} 1',
      'clicknback_job_runs_total{job="broken-once",outcome="completed"} 1',
      'clicknback_job_runs_total{job="sound",outcome="completed"} 1',
      'clicknback_job_items_total{job="sound"} 1',
      'clicknback_job_duration_seconds_count{job="broken-once"} 2',
    ]) {
      assert.ok(text.includes(line), line);
    }
    assert.match(text, /clicknback_job_last_completion_timestamp_seconds\{job="sound"\} \d{10}/);
  });

  test('continues after the database was away, and logs it', async (t) => {
    const database = await createTestDatabase();
    const name = new URL(database.url).pathname.slice(1);
    const runs = countedRuns();
    const { logged } = await startRunner(
      t,
      [{ name: 'patient', schedule: NEVER, run: runs.run }],
      database.url,
    );
    await untilRun(database.url, 'patient', 'completed');

    const server = Object.assign(new URL(database.url), { pathname: '/postgres' }).href;
    await runSql(server, `alter database ${name} allow_connections false`);
    await runSql(server, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
    await until(() => logged.some(({ msg }) => msg === 'the job queue failed, and continues'));
    await runSql(server, `alter database ${name} allow_connections true`);

    await askFor(database.url, 'patient');
    await runs.reach(2);
  });
});

describe('stopping', { concurrency: true }, () => {
  test('lets a running batch finish, and leaves the rest to another process', async (t) => {
    const database = await createTestDatabase();
    const left = ['first', 'second', 'third'];
    const done: string[] = [];
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const run = async function* () {
      while (left.length > 0) {
        begun.resolve();
        await released;
        done.push(left.shift() ?? '');
        yield 1;
      }
    };
    const { runner, logged } = await startRunner(t, [{ name: 'long', schedule: NEVER, run }], database.url);
    await begun.promise;

    const stopped = runner.stop();
    release();
    await stopped;

    assert.deepEqual(done, ['first']);
    assert.deepEqual(
      (await runsOf(database.url, 'long')).map(({ state }) => state),
      ['retry'],
    );
    assert.equal(logged.find(({ job }) => job === 'long')?.msg, 'job interrupted, another run continues');
    assert.ok(!logged.some(({ level }) => level === 'error'));

    await startRunner(t, [{ name: 'long', schedule: NEVER, run }], database.url);
    await untilRun(database.url, 'long', 'completed');
    assert.deepEqual(done, ['first', 'second', 'third']);
  });

  test('ends although a batch hangs', async (t) => {
    const begun = Promise.withResolvers<void>();
    const run = async function* () {
      begun.resolve();
      await new Promise(() => undefined);
      yield 1;
    };
    const { runner } = await startRunner(t, [{ name: 'hung', schedule: NEVER, run }]);
    await begun.promise;
    await runner.stop();
  });
});

test('several processes that start concurrently on an empty database create one queue, and run the job once', async (t) => {
  const database = await createTestDatabase();
  const { promise: allStarted, resolve: release } = Promise.withResolvers<void>();
  const runs = countedRuns(() => allStarted);
  const job = { name: 'first-start', schedule: NEVER, run: runs.run };

  await Promise.all(Array.from({ length: 4 }, () => startRunner(t, [job], database.url)));
  release();

  await untilRun(database.url, 'first-start', 'completed');
  assert.equal(runs.count(), 1);
  const queues = await runSql(
    database.url,
    "select policy, heartbeat_seconds from pgboss.queue where name = 'first-start'",
  );
  assert.deepEqual(queues, [{ policy: 'exclusive', heartbeat_seconds: 10 }]);
  const schedules = await runSql(database.url, 'select name, cron, timezone from pgboss.schedule');
  assert.deepEqual(schedules, [{ name: 'first-start', cron: NEVER, timezone: 'UTC' }]);
});

test('a purge continues by thousands until a batch is not full', async () => {
  const limits: number[] = [];
  const purged = [1_000, 1_000, 7];
  const job = purgeJob('purge', async (limit) => {
    limits.push(limit);
    return purged[limits.length - 1] ?? 0;
  });
  assert.deepEqual(await Array.fromAsync(job.run(new AbortController().signal)), purged);
  assert.deepEqual(limits, [1_000, 1_000, 1_000]);
});

type LogLine = { level: string; msg: string; job?: string; err?: { stack: string } };

async function startRunner(t: TestContext, jobs: readonly Job[], databaseUrl?: string) {
  const logged: LogLine[] = [];
  const metrics = createMetrics();
  const logger = pino(
    { level: 'info', formatters: { level: (level) => ({ level }) } },
    { write: (line: string) => logged.push(JSON.parse(line)) },
  );
  const url = databaseUrl ?? (await createTestDatabase()).url;
  const database = openDatabase({ url, maxConnections: 2, onLostConnection: () => undefined });
  const runner = jobRunner({ database, jobs, metrics, logger });
  t.after(() => runner.stop());
  await runner.start();
  return { runner, logged, metrics };
}

/** A job's work that counts its runs; `work` is told the number of this one. */
function countedRuns(work: (count: number) => Promise<void> = async () => undefined) {
  let count = 0;
  return {
    count: () => count,
    run: async function* () {
      count += 1;
      await work(count);
      yield 1;
    },
    reach: (wanted: number) => until(() => count >= wanted),
  };
}

/** Asks for a run as the schedule does. Null: refused, as there is one. */
async function askFor(databaseUrl: string, name: string): Promise<string | null> {
  const queue = new PgBoss({ connectionString: databaseUrl, max: 1, supervise: false, schedule: false });
  queue.on('error', () => undefined);
  await queue.start();
  try {
    return await queue.send(name);
  } finally {
    await queue.stop();
  }
}

function runsOf(databaseUrl: string, name: string) {
  return runSql(databaseUrl, `select state::text, retry_count from pgboss.job where name = '${name}'`);
}

async function untilRun(databaseUrl: string, name: string, state: string): Promise<void> {
  await until(async () => (await runsOf(databaseUrl, name)).some((run) => run.state === state));
}
