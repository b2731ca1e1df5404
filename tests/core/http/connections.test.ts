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

test('a client that does not read its response is disconnected, and no other one', async (t) => {
  const { server, open } = await listening(t, ({ url }, response) => response.end(url === '/' ? LARGE : ''));
  const [unread, idle, reading] = [await open(), await open(), await open()];
  idle.write('GET /small HTTP/1.1\r\nHost: x\r\n\r\n');
  unread.pause();
  unread.write(REQUEST);
  askAgainOnceRead(reading);

  await until(async () => (await connectionsOf(server)) === 2);

  assert.deepEqual([idle.destroyed, reading.destroyed], [false, false]);
});

/** Requests the large response again as soon as it has read one, however slow the machine is. */
function askAgainOnceRead(socket: Socket): void {
  let unread_bytes = 0;
  socket.on('data', ({ length }) => {
    unread_bytes -= length;
    if (unread_bytes <= 0) ask();
  });
  function ask(): void {
    unread_bytes = LARGE.length;
    socket.write(REQUEST);
  }
  ask();
}

test('a client that keeps a connection open that has ended is disconnected', async (t) => {
  const { server, open } = await listening(t, ({ socket }) => {
    socket.end('HTTP/1.1 408 Request Timeout\r\n\r\n');
  });
  const socket = await open();
  socket.pause();
  socket.write(REQUEST);
  await once(server, 'request');
  assert.equal(await connectionsOf(server), 1);

  await until(async () => (await connectionsOf(server)) === 0);
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
  // Node itself would close an idle connection after five seconds.
  const server = createServer({ keepAliveTimeout: 600_000 }, oneAtATime(handle));
  const limits = { unread_ms: 300, ended_ms: 300, checkEvery_ms: 10 };
  boundConnections(server, { maxConnections, logger, limits });
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
  return { server, open };
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
}
