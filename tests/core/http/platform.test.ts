import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { createPlatform } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { openDatabase } from '../../../src/core/database/index.ts';
import { migrate } from '../../../src/core/database/migrations.ts';
import { startEmbeddedPostgres } from '../../../src/embedded-postgres/index.ts';
import { testClock } from '../../support/clock.ts';
import { createTestDatabase, runSql } from '../../support/database.ts';
import { holdTable } from '../../support/hold-table.ts';
import { PASSWORD, startTestPlatform } from '../../support/platform.ts';
import { until } from '../../support/until.ts';

const logger = pino({ level: 'silent' });
const config = readConfig({ NODE_ENV: 'test', BCRYPT_COST: '4' });
const platform = await startTestPlatform();

describe('the probes', () => {
  test('say live and ready while all is well', async () => {
    const { api } = platform;
    assert.deepEqual((await api('GET', '/health/live')).body, { status: 'live' });
    const ready = await api('GET', '/health/ready');
    assert.deepEqual([ready.status, ready.body], [200, { status: 'ready' }]);
  });

  test('say 503 not ready, and live, while the database is gone', async (t) => {
    const database = openDatabase({
      url: 'postgres://nobody:x@127.0.0.1:1/none',
      maxConnections: 2,
      onLostConnection: () => undefined,
    });
    const alone = await createPlatform({ config, database, clock: testClock(), logger });
    t.after(async () => {
      await alone.close();
      await database.close();
    });

    const ready = await alone.server.inject('/health/ready');
    const live = await alone.server.inject('/health/live');

    assert.equal(ready.statusCode, 503);
    assert.deepEqual(ready.json(), { status: 'not_ready', reason: 'database_unreachable' });
    assert.equal(live.statusCode, 200);
  });

  test('have the metrics of requests, batches and connections', async () => {
    const { platform: running, api } = platform;
    await api('GET', '/users/me');
    const answer = await running.server.inject('/metrics');
    assert.match(String(answer.headers['content-type']), /^text\/plain/);
    for (const series of [
      /^http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/users\/me",status="401"\} [1-9]/m,
      /^clicknback_ingestion_queued_items 0$/m,
      /^clicknback_ingestion_batches_in_flight 0$/m,
      /^clicknback_settlement_queued_items 0$/m,
      /^clicknback_settlement_batches_in_flight 0$/m,
      /^clicknback_database_connections\{state="idle"\} \d+$/m,
      /^process_cpu_seconds_total /m,
    ]) {
      assert.match(answer.body, series);
    }
  });
});

describe('a platform that stops', () => {
  test('finishes running requests, and is not ready from the first moment', async () => {
    const database = await createTestDatabase();
    const stopping = await createPlatform({ config, database, clock: testClock(), logger });
    await stopping.server.listen({ host: '127.0.0.1', port: 0 });
    const { port } = stopping.server.server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    const holder = await holdTable(database.url, 'users');

    const underWay = fetch(`${url}/api/v1/users`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': 'under-way' },
      body: JSON.stringify({ email: 'late@example.com', password: PASSWORD }),
    });
    await until(async () => (await holder.waiting()) > 0);
    const closing = stopping.close();
    const probe = await stopping.server.inject('/health/ready').catch(() => undefined);
    await holder.release();

    const answer = await underWay;
    await closing;
    assert.equal(answer.status, 201, await answer.clone().text());
    assert.equal(answer.headers.get('x-request-id'), 'under-way');
    assert.ok(probe === undefined || probe.statusCode === 503);
    const users = await runSql(database.url, "select email from users where email = 'late@example.com'");
    assert.equal(users.length, 1);
    await assert.rejects(fetch(`${url}/health/live`), 'the port is let go');
  });
});

describe('an outage of the database', () => {
  test('is answered 503, outlived, and loses no purchase that was acknowledged', {
    timeout: 600_000,
  }, async (t) => {
    const dataDirectory = join(tmpdir(), `clicknback-outage-${randomUUID()}`);
    const postgres = await startEmbeddedPostgres({
      dataDirectory,
      database: 'clicknback',
      ephemeral: true,
      settings: { shared_buffers: '32MB' },
    });
    const database = openDatabase({
      url: postgres.url,
      maxConnections: 10,
      onLostConnection: () => undefined,
    });
    t.after(async () => {
      await database.close();
      await postgres.stop();
    });
    await migrate(postgres.url);
    const clock = testClock();
    const running = await createPlatform({ config, database, clock, logger });
    t.after(() => running.close());
    const { token, userId, merchantId } = await prepare(running);
    const acknowledged = new Set<string>();
    const statuses = new Map<number, number>();
    const buy = async (externalId: string) => {
      const answer = await running.server.inject({
        method: 'POST',
        url: '/api/v1/purchases',
        headers: { authorization: `Bearer ${token}` },
        payload: {
          external_id: externalId,
          user_id: userId,
          merchant_id: merchantId,
          amount: '10.00',
          currency: 'EUR',
        },
      });
      statuses.set(answer.statusCode, (statuses.get(answer.statusCode) ?? 0) + 1);
      if (answer.statusCode === 201) acknowledged.add(externalId);
      else {
        assert.ok([503, 409].includes(answer.statusCode), answer.body);
        if (answer.statusCode === 503) {
          assert.match(answer.json().error.code, /^(SERVICE_UNAVAILABLE|OVERLOADED)$/);
          assert.ok(Number(answer.headers['retry-after']) >= 1);
        }
      }
      return answer.statusCode;
    };

    let stop = false;
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let index = 0; !stop; index += 1) {
        const externalId = `w${writer}-${index}`;
        // A lost answer says nothing: the same key again, until it is known.
        while (!stop && (await buy(externalId)) === 503) await sleep(20);
      }
    });
    await until(async () => acknowledged.size > 20);
    const before = postgres.processId;
    process.kill(before, 'SIGQUIT');
    await until(async () => (statuses.get(503) ?? 0) > 0);
    const during = acknowledged.size;
    const live = await running.server.inject('/health/live');
    await until(async () => acknowledged.size > during + 20);
    stop = true;
    await Promise.all(writers);

    assert.equal(live.statusCode, 200);
    assert.notEqual(postgres.processId, before);
    assert.equal(await buy('after-the-outage'), 201);
    const rows = await runSql(
      postgres.url,
      `select purchases.external_id from purchases
       join cashback_transactions on purchase_id = purchases.id
       join wallet_entries on source_id = purchases.id and wallet_entries.type = 'cashback_credit'`,
    );
    const recorded = new Set(rows.map(({ external_id }) => external_id));
    assert.deepEqual(
      [...acknowledged].filter((externalId) => !recorded.has(externalId)),
      [],
      'every acknowledged purchase is there, with its reward',
    );
    const [books] = await runSql(
      postgres.url,
      'select pending::text, last_sequence::text from wallets order by pending desc',
    );
    assert.deepEqual(books, {
      pending: `${(recorded.size / 2).toFixed(4)}`,
      last_sequence: String(recorded.size),
    });
  });
});

type Running = Awaited<ReturnType<typeof createPlatform>>;

async function prepare({ modules, server }: Running) {
  const admin = await modules.users.service.createAdmin({ email: 'admin@example.com', password: PASSWORD });
  const user = await modules.users.service.register({ email: 'user@example.com', password: PASSWORD }, null);
  const actor = { type: 'system', id: null, requestId: null } as const;
  const merchant = await modules.merchants.service.createMerchant(
    { name: 'Shop', defaultCashbackPercentage: 5, confirmationDays: null, active: true },
    actor,
  );
  await modules.offers.service.createOffer(
    {
      merchantId: merchant.id,
      cashbackType: 'percent',
      cashbackValue: 5,
      currency: 'EUR',
      monthlyCap: null,
      startDate: '2026-01-01',
      endDate: '2026-12-31',
    },
    actor,
  );
  const login = await server.inject({
    method: 'POST',
    url: '/api/v1/auth/login',
    payload: { email: admin.email, password: PASSWORD },
  });
  return { token: login.json().access_token as string, userId: user.id, merchantId: merchant.id };
}
