import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type ChildPlatform, spawnGroup } from '../support/child-platform.ts';
import { createTestDatabase, runSql, SCRATCH_VARIABLE } from '../support/database.ts';
import { holdTable } from '../support/hold-table.ts';
import { until } from '../support/until.ts';

const NODE = [process.execPath, 'src/main.ts'] as const;
const NPM = ['npm', 'run', '--silent', 'up'] as const;
// A test never installs packages under the other tests, even if the lockfile changed.
const MAKE = ['make', '--old-file=node_modules/.package-lock.json', 'up'] as const;

type Send = (platform: ChildPlatform, signal: NodeJS.Signals) => unknown;
const toProcess: Send = ({ process: { pid = 0 } }, signal) => process.kill(pid, signal);
const toGroup: Send = ({ process: { pid = 0 } }, signal) => process.kill(-pid, signal);
const toNodeTwice: Send = async (platform, signal) => {
  toProcess(platform, signal);
  await until(() => refusesConnections(platform.url));
  toProcess(platform, signal);
  // Time to end too early, which it must not. A busy machine needs no more.
  await pause(400);
};

const stops: readonly [string, readonly string[], Send, NodeJS.Signals, number | string][] = [
  ['SIGTERM to Node', NODE, toProcess, 'SIGTERM', 0],
  ['SIGINT twice to Node', NODE, toNodeTwice, 'SIGINT', 0],
  ['SIGTERM twice to Node', NODE, toNodeTwice, 'SIGTERM', 0],
  ['a closed terminal (SIGHUP)', NODE, toProcess, 'SIGHUP', 0],
  ['SIGTERM to npm', NPM, toProcess, 'SIGTERM', 0],
  ['Ctrl-C under npm', NPM, toGroup, 'SIGINT', 0],
  ['SIGTERM to the process group of npm', NPM, toGroup, 'SIGTERM', 0],
  // make waits for its recipe and then ends by the same signal: no exit code can be had from it.
  ['Ctrl-C under make', MAKE, toGroup, 'SIGINT', 'SIGINT'],
  ['SIGTERM to the process group of make', MAKE, toGroup, 'SIGTERM', 'SIGTERM'],
  ['SIGTERM to make', MAKE, toProcess, 'SIGTERM', 'SIGTERM'],
];

describe('a stop', () => {
  for (const [how, command, send, signal, expected] of stops) {
    test(`by ${how} finishes running requests, refuses the rest, and exits`, async () => {
      const { url } = await createTestDatabase();
      const platform = await spawnGroup(command, { DATABASE_URL: url, DEMO_DATA: 'false' });
      await platform.ready();
      const holder = await holdTable(url, 'users');
      const underWay = register(platform.url, 'late@example.com');
      await until(async () => (await holder.waiting()) > 0);

      await send(platform, signal);
      await until(() => refusesConnections(platform.url));
      await holder.release();

      assert.equal((await underWay).status, 201);
      assert.equal(await platform.ended, expected, platform.output());
      assert.match(platform.output(), /Stopped\. Your data is kept\./);
      assert.doesNotMatch(platform.output(), /\*\*\*|Error|ERR/);
    });
  }

  test('by Ctrl-C under make leaves the embedded PostgreSQL running until the drain is over', async () => {
    const dataDirectory = join(process.env[SCRATCH_VARIABLE] ?? '', `stopping-${process.pid}`);
    const platform = await spawnGroup(MAKE, { DATA_DIR: dataDirectory, DEMO_DATA: 'false' });
    await platform.ready();
    const url = readFileSync(join(dataDirectory, 'url'), 'utf8');
    const holder = await holdTable(url, 'users');
    const underWay = register(platform.url, 'late@example.com');
    await until(async () => (await holder.waiting()) > 0);

    toGroup(platform, 'SIGINT');
    await until(() => refusesConnections(platform.url));
    await holder.release();

    assert.equal((await underWay).status, 201);
    assert.equal(await platform.ended, 'SIGINT', platform.output());
    await assert.rejects(runSql(url, 'select 1'), { code: 'ECONNREFUSED' });
    assert.match(platform.output(), /Stopped\. Your data is kept\./);
  });

  test('while the platform starts is not a failure', async () => {
    const dataDirectory = join(process.env[SCRATCH_VARIABLE] ?? '', `interrupted-${process.pid}`);
    const platform = await spawnGroup(NPM, { DATA_DIR: dataDirectory, LOG_LEVEL: 'info' });
    // The port is not open yet: the demo data are being loaded.
    await until(() => existsSync(join(dataDirectory, 'url')));
    toGroup(platform, 'SIGINT');

    assert.equal(await platform.ended, 0, platform.output());
    assert.match(platform.output(), /Stopped\. Your data is kept\./);
    assert.doesNotMatch(platform.output(), /Error/);
  });

  test('of the worker by SIGTERM to the process group of npm drains too', async () => {
    const { url } = await createTestDatabase();
    const worker = await spawnGroup(['npm', 'run', '--silent', 'worker'], { DATABASE_URL: url });
    await worker.ready();
    const slow = await sendSlowly(worker.url, '/api/v1/nothing', '{');
    toGroup(worker, 'SIGTERM');
    assert.equal(await worker.ended, 0, worker.output());
    assert.match(slow.received(), /HTTP\/1\.1 (404|503) /);
  });
});

describe('a stop with slow clients', () => {
  test('exits with 0: slow senders are refused, idle and unread connections are closed', async () => {
    const { url } = await createTestDatabase();
    const platform = await spawnGroup(NODE, { DATABASE_URL: url, DEMO_DATA: 'false' });
    await platform.ready();
    const slowBody = await sendSlowly(platform.url, '/api/v1/users', '{"email":"slow@');
    const slowHeader = await open(platform.url, 'GET /health/live HTTP/1.1\r\nhost: loc');
    const idle = await open(platform.url, 'GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await until(() => idle.received().includes('"live"'));
    // Never read: the kernel's buffers are full long before the last response.
    const unread = await open(platform.url, '');
    unread.socket.pause();
    unread.socket.write('GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(30));

    toProcess(platform, 'SIGTERM');

    assert.equal(await platform.ended, 0, platform.output());
    assert.match(slowBody.received(), /HTTP\/1\.1 503 .*"SERVICE_UNAVAILABLE"/s);
    assert.equal(slowHeader.received(), '');
  });
});

async function register(url: string, email: string): Promise<Response> {
  return fetch(`${url}/api/v1/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: 'Str0ng!Pass' }),
  });
}

async function refusesConnections(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  try {
    await once(socket, 'connect');
    return false;
  } catch {
    return true;
  } finally {
    socket.destroy();
  }
}

/** The server asks for the rest of the body, so the request is known to be under way. */
async function sendSlowly(url: string, path: string, beginning: string) {
  const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 60`;
  const client = await open(url, `${head}\r\nexpect: 100-continue\r\n\r\n${beginning}`);
  await until(() => client.received().includes('100 Continue'));
  return client;
}

async function open(url: string, text: string) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let received = '';
  socket.on('data', (chunk) => {
    received += String(chunk);
  });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(text);
  return { socket, received: () => received };
}
