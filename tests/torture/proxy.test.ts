import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, describe, test } from 'node:test';
import pg from 'pg';
import { makeCertificate } from '../../bench/certificate.ts';
import { startProxy } from '../../torture/harness/proxy.ts';
import type { Message } from '../../torture/harness/wire.ts';
import { createTestDatabase, runSql, SCRATCH_VARIABLE } from '../support/database.ts';
import { until } from '../support/until.ts';

const database = await createTestDatabase({ empty: true });
await runSql(database.url, 'create table notes (text text)');
const scratch = join(process.env[SCRATCH_VARIABLE] ?? '', `proxy-${process.pid}`);
mkdirSync(scratch, { recursive: true });
const certificate = makeCertificate(scratch);
const plain = await startProxy(database.url);
const secure = await startProxy(database.url, { certificate });
after(() => Promise.all([plain.close(), secure.close()]));

afterEach(() => {
  for (const proxy of [plain, secure]) {
    proxy.intercept(undefined);
    proxy.setWeather({});
    proxy.reset();
  }
});

async function connect(url: string, timeout_ms = 5_000): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: timeout_ms });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** As the platform does: statements of the extended protocol. */
async function writeNote(client: pg.Client, text: string): Promise<void> {
  for (const [name, statement, values] of [
    ['b', 'begin', []],
    ['i', 'insert into notes values ($1)', [text]],
    ['c', 'commit', []],
  ] as const) {
    await client.query({ name, text: statement, values: [...values] });
  }
}

async function countNotes(text: string): Promise<number> {
  const [row] = await runSql(database.url, `select count(*)::int as count from notes where text = '${text}'`);
  return row?.count as number;
}

for (const [name, proxy] of [
  ['in clear', plain],
  ['over TLS', secure],
] as const) {
  describe(`a proxy before PostgreSQL, ${name}`, () => {
    test('carries queries of any size', async () => {
      const client = await connect(proxy.url);
      const { rows } = await client.query(`select repeat('x', 1000000) as text, $1::text as mine`, [
        'y'.repeat(500_000),
      ]);
      assert.equal(rows[0].text.length, 1_000_000);
      assert.equal(rows[0].mine.length, 500_000);
      await client.end();
    });

    test('numbers the messages of a transaction, and knows its COMMIT and the answer to that', async () => {
      const client = await connect(proxy.url);
      const seen: Message[] = [];
      proxy.intercept((message) => {
        seen.push(message);
        return 'pass';
      });
      await client.query('select 1');
      await writeNote(client, 'numbered');
      await client.query('select 1');
      const inTransaction = (direction: string) =>
        seen.filter(({ number, direction: of }) => number !== undefined && of === direction);
      assert.deepEqual(
        inTransaction('toServer').map(({ number }) => number),
        inTransaction('toServer').map((_, index) => index + 1),
      );
      const commits = seen.filter(({ isCommit }) => isCommit);
      assert.deepEqual(
        commits.map(({ direction, type }) => `${direction} ${type}`),
        ['toServer E', 'toClient C'],
      );
      assert.ok(commits.every(({ number }) => number !== undefined));
      await client.end();
    });

    test('cuts before COMMIT is sent: nothing was done', async () => {
      const client = await connect(proxy.url);
      proxy.intercept(({ direction, isCommit }) =>
        isCommit && direction === 'toServer' ? 'cut before' : 'pass',
      );
      await assert.rejects(writeNote(client, `cut before ${name}`));
      assert.equal(await countNotes(`cut before ${name}`), 0);
    });

    test('cuts before the answer to COMMIT arrives: it was done', async () => {
      const client = await connect(proxy.url);
      proxy.intercept(({ direction, isCommit }) =>
        isCommit && direction === 'toClient' ? 'cut before' : 'pass',
      );
      await assert.rejects(writeNote(client, `cut after ${name}`));
      assert.equal(await countNotes(`cut after ${name}`), 1);
    });

    test('resets what is open', async () => {
      const client = await connect(proxy.url);
      const lost = new Promise((resolve) => client.once('error', resolve));
      proxy.reset();
      await lost;
      await assert.rejects(client.query('select 1'));
    });

    test('keeps the connection when it mutes an answer', async () => {
      const client = await connect(proxy.url);
      proxy.intercept(({ direction, isCommit }) => (isCommit && direction === 'toClient' ? 'mute' : 'pass'));
      const written = writeNote(client, `muted ${name}`).then(() => 'answered');
      await until(async () => (await countNotes(`muted ${name}`)) === 1);
      assert.equal(await Promise.race([written, Promise.resolve('waiting')]), 'waiting');
      assert.equal(proxy.connections(), 1);
      written.catch(() => undefined);
    });
  });
}

test('a damaged TLS record is noticed, and PostgreSQL has committed', async () => {
  const client = await connect(secure.url);
  secure.intercept(({ direction, isCommit }) => (isCommit && direction === 'toClient' ? 'damage' : 'pass'));
  await assert.rejects(writeNote(client, 'damaged'), ({ code }: NodeJS.ErrnoException) =>
    /SSL|BAD_RECORD_MAC|DECRYPTION/.test(code ?? ''),
  );
  assert.equal(await countNotes('damaged'), 1);
});

describe('bad weather', () => {
  test('delays each way by the latency', async () => {
    const client = await connect(plain.url);
    plain.setWeather({ latency_ms: 50 });
    const started = performance.now();
    await client.query('select 1');
    assert.ok(performance.now() - started >= 100);
    await client.end();
  });

  test('lets bytes drip, and all of them arrive', async () => {
    const client = await connect(plain.url);
    plain.setWeather({ drip: { bytes: 7, pause_ms: 1 } });
    const { rows } = await client.query(`select repeat('x', 200) as text`);
    assert.equal(rows[0].text, 'x'.repeat(200));
    await client.end();
  });

  test('silences open connections in one direction while new ones work', async () => {
    const client = await connect(plain.url);
    plain.setWeather({ silent: ['toClient'] });
    let isAnswered = false;
    const settle = () => {
      isAnswered = true;
    };
    client.query(`insert into notes values ('silent')`).then(settle, settle);
    const other = await connect(plain.url);
    await until(async () => (await countNotes('silent')) === 1);
    await other.query('select 1');
    assert.equal(isAnswered, false);
    await other.end();
  });

  test('silences and refuses new connections', async () => {
    plain.setWeather({ newConnections: 'are silent' });
    await assert.rejects(connect(plain.url, 100), /timeout/);
    plain.setWeather({ newConnections: 'are refused' });
    await assert.rejects(connect(plain.url));
    plain.setWeather({});
    await (await connect(plain.url)).end();
  });
});
