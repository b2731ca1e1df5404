import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { boundConnections, oneAtATime } from '../../../src/core/http/connections.ts';
import { until } from '../../support/until.ts';

const logger = pino({ level: 'silent' });
const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
/** More than the kernel takes off the server's hands. */
const LARGE = Buffer.alloc(16 * 1024 * 1024);

test('a client that does not read its response is disconnected within 15 seconds, and others are not', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const now = mockNow(t);
  const { server, open, unreadCount } = await listening(t, (_request, response) => response.end(LARGE));
  const [unread, idle] = [await open(), await open()];
  unread.pause();
  unread.write(REQUEST);
  await until(() => unreadCount() === 1);
  const pass = (ms: number) => {
    now.advance(ms);
    t.mock.timers.tick(1_000);
  };

  pass(0);
  pass(11_000);
  assert.equal(await connectionsOf(server), 2);
  pass(1_500);

  await until(async () => (await connectionsOf(server)) === 1);
  assert.equal(idle.destroyed, false);
});

test('a client that reads in time keeps its connection', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const now = mockNow(t);
  const { server, open, unreadCount } = await listening(t, (_request, response) => response.end(LARGE));
  const socket = await open();
  socket.pause();
  for (let round = 0; round < 3; round += 1) {
    socket.write(REQUEST);
    await until(() => unreadCount() === 1);
    t.mock.timers.tick(1_000);
    socket.resume();
    await until(() => unreadCount() === 0);
    socket.pause();
    now.advance(20_000);
    t.mock.timers.tick(1_000);
  }
  assert.equal(await connectionsOf(server), 1);
});

test('no more connections are open than allowed', { timeout: 10_000 }, async (t) => {
  const { server, open } = await listening(t, (_request, response) => response.end('a'), 3);
  const sockets = [await open(), await open(), await open()];

  const refused = await open();
  await once(refused, 'close');

  assert.equal(await connectionsOf(server), 3);
  sockets[0]?.destroy();
  await until(async () => (await connectionsOf(server)) === 2);
  const next = await open();
  next.write(REQUEST);
  assert.match(String(await once(next, 'data')), /^HTTP\/1\.1 200 /);
});

test('requests that are sent ahead are worked on one at a time, in their order', async (t) => {
  const begun: string[] = [];
  let isBusy = false;
  const { open } = await listening(t, async ({ url = '' }, response) => {
    assert.equal(isBusy, false, 'the one before has its response');
    isBusy = true;
    begun.push(url);
    await new Promise((resolve) => setImmediate(resolve));
    isBusy = false;
    response.end(url);
  });
  const socket = await open();
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  const urls = Array.from({ length: 50 }, (_, index) => `/${index}`);

  socket.write(urls.map((url) => `GET ${url} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
  await until(() => received.endsWith('\r\n\r\n/49'));

  assert.deepEqual(begun, urls);
});

test('a client that sends more than a hundred requests ahead is disconnected', {
  timeout: 10_000,
}, async (t) => {
  let handled = 0;
  const { open } = await listening(t, () => {
    handled += 1;
  });
  const socket = await open();
  socket.write(REQUEST.repeat(1_000));
  await once(socket, 'close');
  assert.equal(handled, 1);
});

async function listening(t: TestContext, handle: RequestListener, maxConnections = 100) {
  const server = createServer(oneAtATime(handle));
  boundConnections(server, { maxConnections, logger });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  async function open(): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    t.after(() => socket.destroy());
    await once(socket, 'connect');
    return socket;
  }
  const accepted: Socket[] = [];
  server.on('connection', (socket) => accepted.push(socket));
  const unreadCount = () => accepted.filter(({ writableLength }) => writableLength > 0).length;
  return { server, open, unreadCount };
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
}

function mockNow(t: TestContext) {
  const real = performance.now.bind(performance);
  let offset_ms = 0;
  t.mock.method(performance, 'now', () => real() + offset_ms);
  return {
    advance(ms: number): void {
      offset_ms += ms;
    },
  };
}
