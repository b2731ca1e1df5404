import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { verifyLedger } from '../../../../src/modules/insight/proof/index.ts';
import { spawnPlatform } from '../../../support/child-platform.ts';
import { testClock } from '../../../support/clock.ts';
import { runSql } from '../../../support/database.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { openShop } from '../../../support/purchases-shop.ts';
import { until } from '../../../support/until.ts';

// Long ago by the clock of the workers, which is the real one.
const platform = await startTestPlatform({ clock: testClock('2025-02-01T00:00:00Z') });
const { database } = platform;

test('a worker that is killed in the middle of a batch leaves it undone, and another confirms the rest', async (t) => {
  const shop = await openShop(platform);
  const other = await platform.registerUser();
  const { reportPurchases } = platform.platform.modules.purchases.client;
  await reportPurchases(Array.from({ length: 500 }, () => shop.submission()));
  platform.clock.advance({ seconds: 1 });
  await reportPurchases(Array.from({ length: 100 }, () => shop.submission({ userId: other.id })));
  const confirmed = async () => {
    const [row] = await runSql(
      database.url,
      "select count(*)::int from purchases where status = 'confirmed'",
    );
    return Number(row?.count);
  };
  const startWorker = () => spawnPlatform({ DATABASE_URL: database.url }, 'src/worker.ts');

  const doomed = await startWorker();
  // The second batch waits for this wallet, and so for its end.
  const holder = new pg.Client({ connectionString: database.url });
  await holder.connect();
  await holder.query('begin');
  await holder.query(`select from wallets where user_id = '${other.id}' for update`);
  await until(() => isWaitingForALock(database.url));
  doomed.process.kill('SIGKILL');
  await doomed.ended;
  await holder.end();
  const killedAt = performance.now();
  assert.equal(await confirmed(), 500, 'the batch before is kept, the one under way is not');

  const next = await startWorker();
  await until(async () => (await confirmed()) === 600);
  t.diagnostic(`confirmed ${Math.round(performance.now() - killedAt)} ms after the kill`);

  const [records] = await runSql(
    database.url,
    `select count(*)::int, count(distinct resource_id)::int as purchases
     from audit_logs where action = 'purchase.confirmed'`,
  );
  assert.deepEqual(records, { count: 600, purchases: 600 });
  assert.equal((await verifyLedger(database)).faultCount, 0);
  await until(async () => {
    const metrics = await (await fetch(`${next.url}/metrics`)).text();
    return metrics.includes('clicknback_job_items_total{job="auto-confirmation"} 100');
  });
});

async function isWaitingForALock(databaseUrl: string): Promise<boolean> {
  const waiting = await runSql(
    databaseUrl,
    `select pid from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock' and query ilike '%wallets%'`,
  );
  return waiting.length > 0;
}
