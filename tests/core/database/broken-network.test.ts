import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { constants } from 'node:os';
import { describe, type TestContext, test } from 'node:test';
import { sql } from 'kysely';
import { pino } from 'pino';
import { LostConnection } from '../../../src/core/database/errors.ts';
import { asDatabaseFailure, openDatabase, queueSql } from '../../../src/core/database/index.ts';
import { OutcomeUnknown } from '../../../src/core/errors.ts';
import { jobRunner } from '../../../src/core/jobs.ts';
import { createMetrics } from '../../../src/core/observability/metrics.ts';
import { createTestDatabase, runSql } from '../../support/database.ts';
import { startProxy } from '../../support/proxy.ts';
import { until } from '../../support/until.ts';

const TIMEOUT_MS = 1_500;
const database = await createTestDatabase({ asOwner: true });
await runSql(database.url, 'create table things (id int primary key)');
const proxy = await startProxy(database.url);

function openThroughProxy(t: TestContext, maxConnections = 2) {
  const own = openDatabase({
    url: proxy.url,
    maxConnections,
    timeout_ms: TIMEOUT_MS,
    onLostConnection: () => undefined,
  });
  t.after(() => {
    proxy.restore();
    proxy.loseNoCommits();
    return own.close();
  });
  return own;
}

async function isThere(id: number): Promise<boolean> {
  return (await runSql(database.url, `select 1 from things where id = ${id}`)).length === 1;
}

describe('a connection that falls silent', () => {
  test('is given up by a read, and another one takes its place', async (t) => {
    const own = openThroughProxy(t);
    await own.ping();
    proxy.silenceOpenConnections();

    await assert.rejects(own.ping(), LostConnection);

    await own.ping();
    assert.equal(own.connections().total, 1);
  });

  test('is given up by a transaction, which says that nothing was done', async (t) => {
    const own = openThroughProxy(t);
    await own.transaction((trx) => sql`select 1`.execute(trx));
    proxy.silenceOpenConnections();
    let attempts = 0;
    const failing = own.transaction(async (trx) => {
      attempts += 1;
      await sql`insert into things values (1)`.execute(trx);
    });

    await assert.rejects(failing, (error) => {
      assert.ok(error instanceof LostConnection);
      assert.deepEqual(asDatabaseFailure(error)?.details, { retry_after_seconds: 2 });
      return true;
    });

    assert.equal(attempts, 1);
    assert.equal(await isThere(1), false);
    await own.transaction((trx) => sql`insert into things values (1)`.execute(trx));
  });

  test('is given up by the ROLLBACK of work that fails', async (t) => {
    const own = openThroughProxy(t, 1);
    const failing = own.transaction(async (trx) => {
      await sql`select 1`.execute(trx);
      proxy.silenceOpenConnections();
      throw new Error('refused');
    });

    await assert.rejects(failing, { message: 'refused' });
    await own.ping();
  });

  test('frees those who wait for a free connection', async (t) => {
    const own = openThroughProxy(t, 1);
    await own.ping();
    proxy.silenceOpenConnections();
    const silent = own.ping();
    const waiting = own.ping();

    await assert.rejects(silent, LostConnection);
    await waiting;
  });

  test('is given up before its first use when not even its settings are answered', async (t) => {
    const own = openThroughProxy(t);
    proxy.silence();
    await assert.rejects(own.ping(), LostConnection);
    proxy.restore();
    await own.ping();
  });

  test('does not keep the pool from closing', async (t) => {
    const own = openThroughProxy(t);
    await own.ping();
    proxy.silenceOpenConnections();
    await own.close();
    assert.equal(own.connections().total, 0);
  });
});

test('jobs continue after their connections fell silent', async (t) => {
  const own = openThroughProxy(t);
  let runs = 0;
  const runner = jobRunner({
    database: own,
    metrics: createMetrics(),
    logger: pino({ level: 'silent' }),
    jobs: [
      {
        name: 'tick',
        schedule: '* * * * *',
        run: async function* () {
          runs += 1;
          yield 1;
        },
      },
    ],
  });
  t.after(() => runner.stop());
  await runner.start();
  await until(() => runs === 1, 60_000);

  proxy.silenceOpenConnections();

  await until(() => runs === 2, 150_000);
});

describe('a transaction whose answer to COMMIT is lost', () => {
  test('by silence is of unknown outcome, is done, and is not run again', async (t) => {
    const own = openThroughProxy(t);
    const lost = proxy.loseCommits('silence');
    let attempts = 0;
    const failing = own.transaction(async (trx) => {
      attempts += 1;
      queueSql(trx)`insert into things values (10)`;
    });

    await assert.rejects(failing, OutcomeUnknown);
    await lost;
    assert.equal(attempts, 1);
    assert.equal(await isThere(10), true);
  });

  test('by an error of the socket is of unknown outcome, whatever the error is called', async (t) => {
    const sockets = new Set<Socket>();
    const connect = Socket.prototype.connect;
    t.mock.method(Socket.prototype, 'connect', function (this: Socket, ...address: never[]) {
      sockets.add(this);
      return (connect as (...args: never[]) => Socket).apply(this, address);
    });
    const names = [
      ...Object.keys(constants.errno),
      'EAI_AGAIN',
      'ERR_SSL_BAD_DECRYPT',
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'ERR_SOCKET_CLOSED',
      'ERR_STREAM_DESTROYED',
      'a name that nobody has thought of',
    ];
    for (const [index, code] of names.entries()) {
      sockets.clear();
      const own = openThroughProxy(t, 1);
      const id = 1000 + index;
      const lost = proxy.loseCommits('silence');
      let attempts = 0;
      const failing = own.transaction(async (trx) => {
        attempts += 1;
        queueSql(trx)`insert into things values (${id})`;
      });
      void lost.then(() => {
        for (const socket of sockets) socket.destroy(Object.assign(new Error(code), { code }));
      });

      await assert.rejects(failing, OutcomeUnknown, code);

      proxy.loseNoCommits();
      assert.equal(attempts, 1, code);
      assert.equal(await isThere(id), true, code);
      await own.close();
    }
  });

  test('by a cut is of unknown outcome, as the same cut before COMMIT is not', async (t) => {
    const own = openThroughProxy(t);
    void proxy.loseCommits('cut');
    await assert.rejects(
      own.transaction(async (trx) => queueSql(trx)`insert into things values (20)`),
      OutcomeUnknown,
    );
    proxy.loseNoCommits();

    const failing = own.transaction(async (trx) => {
      await sql`insert into things values (21)`.execute(trx);
      proxy.cut();
      await sql`select 1`.execute(trx);
    });

    await assert.rejects(failing, LostConnection);
    assert.deepEqual([await isThere(20), await isThere(21)], [true, false]);
  });

  test('although PostgreSQL has reported its end is of unknown outcome', async (t) => {
    const own = openThroughProxy(t);
    await runSql(
      database.url,
      `create table farewells (id int);
       create function end_at_commit() returns trigger language plpgsql
         as $$ begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(1); return null; end $$;
       create constraint trigger farewells_at_commit after insert on farewells
         deferrable initially deferred for each row execute function end_at_commit()`,
    );
    await assert.rejects(
      own.transaction(async (trx) => queueSql(trx)`insert into farewells values (1)`),
      OutcomeUnknown,
    );
  });
});

test('a host that accepts connections and never speaks is given up', async (t) => {
  const { createServer } = await import('node:net');
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  t.after(() => silent.close());
  const address = silent.address();
  const url = new URL(database.url);
  url.hostname = '127.0.0.1';
  url.port = String(typeof address === 'object' ? address?.port : '');
  const own = openDatabase({ url: url.href, maxConnections: 1, onLostConnection: () => undefined });
  t.after(() => own.close());

  await assert.rejects(own.ping(), LostConnection);
});
