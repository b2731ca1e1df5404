import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { makeCertificate } from '../../../bench/certificate.ts';
import { PROJECT_DIRECTORY } from '../../../src/config.ts';
import { isPublicAddress } from '../../../src/core/outbound/addresses.ts';
import type { Exchange } from '../../../src/core/outbound/exchange.ts';
import { guardedPost } from '../../../src/core/outbound/guarded-post.ts';
import type { Resolve } from '../../../src/core/outbound/resolve.ts';

/** Listens on each address of this machine and counts connections, whatever name or form leads here. */
const listener = net.createServer((socket) => {
  listened += 1;
  socket.on('error', () => undefined);
  socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
});
let listened = 0;
const port = await listen(listener, '::');

/** Sockets that this process began to connect, wherever to. */
let dialled = 0;
const countDialled = () => {
  dialled += 1;
};

const never: Resolve = async (hostname) => {
  throw new Error(`${hostname} was looked up`);
};

function post(url: string, { resolve = never, allowsHttp = true, allowedNetworks = [] as string[] } = {}) {
  const guard = guardedPost({ allowsHttp, allowedNetworks, resolve });
  return guard.post({ url, headers: {}, body: Buffer.from('{}'), timeout_ms: 5_000 });
}

/** Sends the request and asserts that nothing was connected for it. */
async function assertNothingConnected(send: () => Promise<Exchange>, failures: readonly string[]) {
  const before = listened;
  dialled = 0;
  subscribe('net.client.socket', countDialled);
  const exchange = await send();
  unsubscribe('net.client.socket', countDialled);
  assert.ok('failure' in exchange && failures.includes(exchange.failure), JSON.stringify(exchange));
  assert.equal(dialled, 0, 'a connection was tried');
  assert.equal(listened, before, 'the listener was reached');
}

const HOSTILE_HOSTS = [
  // Loopback, in each form that a URL may have.
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '2130706433',
  '0x7f000001',
  '0x7f.0.0.1',
  '0x7F.1',
  '017700000001',
  '0177.0.0.1',
  '0177.0x0.0.01',
  '127.000.000.001',
  '127.255.255.254',
  '127.0.0.1.',
  '%31%32%37.0.0.1',
  '１２７.０.０.１',
  '127。0。0。1',
  '⑫⑦.0.0.1',
  // Unspecified and this network.
  '0',
  '0.0.0.0',
  '0x0',
  '0.1.2.3',
  // Private.
  '10.0.0.1',
  '167772161',
  '0xa.1',
  '012.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '192.168.257',
  '3232235521',
  // Link-local and metadata of clouds.
  '169.254.169.254',
  '2852039166',
  '0xa9fea9fe',
  '0251.0376.0251.0376',
  '169.254.43518',
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
  '[fd00:ec2::254]',
  // Carrier-grade NAT, benchmarking, documentation, multicast, reserved, broadcast.
  '100.64.0.1',
  '198.18.0.1',
  '198.19.255.255',
  '192.0.2.1',
  '198.51.100.1',
  '203.0.113.1',
  '192.88.99.1',
  '224.0.0.1',
  '239.255.255.250',
  '240.0.0.1',
  '255.255.255.255',
  // IPv6.
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[0000:0000:0000:0000:0000:0000:0000:0001]',
  '[::]',
  '[fe80::1]',
  '[febf::1]',
  '[fec0::1]',
  '[fc00::1]',
  '[fdff::1]',
  '[ff02::1]',
  '[2001:db8::1]',
  '[3fff::1]',
  '[100::1]',
  '[2001:2::1]',
  '[5f00::1]',
  // IPv4 inside of IPv6: mapped, translated, compatible, NAT64, 6to4, Teredo, ISATAP.
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::ffff:a9fe:a9fe]',
  '[::ffff:0:127.0.0.1]',
  '[::127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b::a9fe:a9fe]',
  '[64:ff9b:1::7f00:1]',
  '[2002:7f00:1::]',
  '[2002:a9fe:a9fe::1]',
  '[2001:0:7f00:1::]',
  '[2001::1]',
  '[fe80::5efe:7f00:1]',
];

describe('a URL that names an address of a private or reserved network', () => {
  for (const host of HOSTILE_HOSTS) {
    test(`is refused without a connection: ${host}`, () =>
      assertNothingConnected(() => post(`http://${host}:${port}/`), ['url_not_allowed']));
  }

  test('are more than 60', () => assert.ok(HOSTILE_HOSTS.length > 60));
});

describe('a URL that is refused for its form', () => {
  for (const [title, url] of [
    ['a user name', 'https://user@hooks.example.com/'],
    ['a password', 'https://user:secret@hooks.example.com/'],
    ['an empty user name with a password', 'https://:secret@hooks.example.com/'],
    ['a user name that looks like the host', `http://hooks.example.com@127.0.0.1:${port}/`],
    ['an escaped user name', `http://hooks.example.com%40:x@127.0.0.1:${port}/`],
    ['a backslash before another host', `http://127.0.0.1:${port}\\@hooks.example.com/`],
    ['a fragment before another host', `http://127.0.0.1:${port}#@hooks.example.com/`],
    ['a tab in the host', `http://127.0\t.0.1:${port}/`],
    ['another scheme', `ftp://hooks.example.com/`],
    ['a file', 'file:///etc/passwd'],
    ['data', 'data:application/json,{}'],
    ['a local socket', 'unix:/run/docker.sock'],
    ['no scheme', 'hooks.example.com/'],
    ['no host', 'https:///'],
    ['a zone', `http://[fe80::1%25eth0]:${port}/`],
    ['a port that is none', 'https://hooks.example.com:99999/'],
    ['nothing', ''],
  ] as const) {
    test(`because of ${title}`, () => assertNothingConnected(() => post(url), ['url_not_allowed']));
  }

  test('because it is not encrypted, in production', () =>
    assertNothingConnected(
      () => post('http://hooks.example.com/', { allowsHttp: false }),
      ['url_not_allowed'],
    ));
});

describe('a name', () => {
  for (const [title, addresses] of [
    ['a loopback address', ['127.0.0.1']],
    ['the loopback address of IPv6', ['::1']],
    ['a metadata address', ['169.254.169.254']],
    ['a mapped address', ['::ffff:127.0.0.1']],
    ['a NAT64 address', ['64:ff9b::7f00:1']],
    ['a public address and a private one', ['93.184.216.34', '10.0.0.1']],
    ['a private address and a public one', ['10.0.0.1', '2606:4700::1111']],
    ['an address with a zone', ['fe80::1%lo']],
    ['something that is no address', ['127.1']],
  ] as const) {
    test(`that means ${title} is refused without a connection`, () =>
      assertNothingConnected(
        () => post(`http://hooks.example.com:${port}/`, { resolve: async () => addresses }),
        ['address_not_allowed'],
      ));
  }

  for (const name of ['localhost', 'LOCALHOST', 'localhost.', 'hooks.localhost']) {
    test(`that means this machine is refused without a connection: ${name}`, () => {
      const guard = guardedPost({ allowsHttp: true, allowedNetworks: [] });
      return assertNothingConnected(
        () =>
          guard.post({
            url: `http://${name}:${port}/`,
            headers: {},
            body: Buffer.from('{}'),
            timeout_ms: 5_000,
          }),
        ['address_not_allowed'],
      );
    });
  }

  test('that means another address a moment later is asked for once, and that answer is used', async () => {
    const answers = [['127.0.0.2'], ['127.0.0.1']];
    const resolve: Resolve = async () => answers.shift() ?? [];
    const reached: (string | undefined)[] = [];
    const receiver = net.createServer((socket) => {
      reached.push(socket.localAddress);
      socket.end('HTTP/1.1 204 No Content\r\n\r\n');
    });
    const own = await listen(receiver, '0.0.0.0');

    const exchange = await post(`http://hooks.example.com:${own}/`, {
      resolve,
      allowedNetworks: ['127.0.0.2'],
    });

    assert.deepEqual(exchange, { status: 204, body: '', retryAfter: undefined });
    assert.deepEqual(reached, ['127.0.0.2']);
    assert.deepEqual(answers, [['127.0.0.1']]);
  });

  test('that turns private before a later attempt is refused then', async () => {
    const answers = [['127.0.0.2'], ['127.0.0.1']];
    const options = { resolve: async () => answers.shift() ?? [], allowedNetworks: ['127.0.0.2'] };
    const url = `http://hooks.example.com:${port}/`;

    assert.ok('status' in (await post(url, options)));
    await assertNothingConnected(() => post(url, options), ['address_not_allowed']);
  });

  test('that no server knows has no address', () =>
    assertNothingConnected(() => post('https://hooks.example.com/'), ['host_not_found']));

  test('whose servers do not answer takes no longer than the whole exchange may', () =>
    assertNothingConnected(
      () =>
        guardedPost({
          allowsHttp: true,
          allowedNetworks: [],
          resolve: () => new Promise(() => undefined),
        }).post({
          url: 'https://hooks.example.com/',
          headers: {},
          body: Buffer.from('{}'),
          timeout_ms: 1,
        }),
      ['timeout'],
    ));
});

describe('a redirect', () => {
  for (const location of [`http://127.0.0.1:${port}/`, 'http://169.254.169.254/latest', '//10.0.0.1/']) {
    test(`to ${location} is an answer, and is not followed`, async () => {
      const before = listened;
      const url = await serve((_request, response) => response.writeHead(307, { location }).end());

      const exchange = await post(url, { allowedNetworks: ['127.0.0.1'] });

      assert.deepEqual(exchange, { status: 307, body: '', retryAfter: undefined });
      assert.equal(listened, before);
    });
  }
});

describe('a request', () => {
  const allowedNetworks = ['127.0.0.1'];

  test('names the host of the URL, and carries headers and body', async () => {
    const received: unknown[] = [];
    const url = await serve(async (request, response) => {
      received.push(request.method, request.url, request.headers.host, request.headers['webhook-id']);
      for await (const chunk of request) received.push(String(chunk));
      response.end('thank you');
    });
    const { port: own } = new URL(url);
    const guard = guardedPost({ allowsHttp: true, allowedNetworks, resolve: async () => ['127.0.0.1'] });

    const exchange = await guard.post({
      url: `http://hooks.example.com:${own}/path?query=1`,
      headers: { 'webhook-id': 'id' },
      body: Buffer.from('{"é":1}'),
      timeout_ms: 5_000,
    });

    assert.deepEqual(exchange, { status: 200, body: 'thank you', retryAfter: undefined });
    assert.deepEqual(received, ['POST', '/path?query=1', `hooks.example.com:${own}`, 'id', '{"é":1}']);
  });

  test('reads the first kilobyte of an endless response', async () => {
    const url = await serve((_request, response) => {
      response.on('error', () => undefined);
      const write = () => {
        while (response.writable && response.write('x'.repeat(1_000)));
      };
      response.on('drain', write);
      write();
    });

    const exchange = await post(url, { allowedNetworks });

    assert.ok('body' in exchange);
    assert.equal(exchange.body, 'x'.repeat(1_024));
  });

  test('returns when to try again', async () => {
    const url = await serve((_request, response) =>
      response.writeHead(503, { 'retry-after': '120' }).end('busy'),
    );
    assert.deepEqual(await post(url, { allowedNetworks }), { status: 503, body: 'busy', retryAfter: '120' });
  });

  for (const [title, answer] of [
    ['nothing', ''],
    ['a part of the headers', 'HTTP/1.1 200 OK\r\n'],
    ['a part of the body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx'],
  ] as const) {
    test(`ends in time if the receiver sends ${title}`, async () => {
      const receiver = net.createServer((socket) => {
        socket.on('error', () => undefined);
        socket.write(answer);
      });
      const own = await listen(receiver, '127.0.0.1');
      const guard = guardedPost({ allowsHttp: true, allowedNetworks });

      const exchange = await guard.post({
        url: `http://127.0.0.1:${own}/`,
        headers: {},
        body: Buffer.from('{}'),
        timeout_ms: 100,
      });

      assert.deepEqual(exchange, { failure: 'timeout' });
    });
  }

  test('ends early when it is interrupted', async () => {
    const interrupted = new AbortController();
    const url = await serve(() => interrupted.abort());
    const guard = guardedPost({ allowsHttp: true, allowedNetworks });

    const exchange = await guard.post({
      url,
      headers: {},
      body: Buffer.from('{}'),
      timeout_ms: 60_000,
      signal: interrupted.signal,
    });

    assert.deepEqual(exchange, { failure: 'interrupted' });
  });

  test('fails if the receiver speaks no HTTP', async () => {
    const receiver = net.createServer((socket) => socket.end('220 mail.example.com ESMTP\r\n'));
    const own = await listen(receiver, '127.0.0.1');
    const exchange = await post(`http://127.0.0.1:${own}/`, { allowedNetworks });
    assert.deepEqual(exchange, { failure: 'response_invalid' });
  });

  test('fails if nothing listens', async () => {
    const closed = net.createServer();
    const own = await listen(closed, '127.0.0.1');
    closed.close();
    await once(closed, 'close');
    const exchange = await post(`http://127.0.0.1:${own}/`, { allowedNetworks });
    assert.deepEqual(exchange, { failure: 'connection_failed' });
  });

  test('tries the other address of a name if the first does not answer', async () => {
    const url = await serve((_request, response) => response.end());
    const { port: own } = new URL(url);
    const exchange = await post(`http://hooks.example.com:${own}/`, {
      allowedNetworks: ['127.0.0.0/8', '::1'],
      resolve: async () => ['::1', '127.0.0.1'],
    });
    assert.deepEqual(exchange, { status: 200, body: '', retryAfter: undefined });
  });

  test('names the host of the URL to TLS, and refuses a certificate without an authority', async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'clicknback-'));
    t.after(() => rmSync(directory, { recursive: true }));
    const { key, cert } = makeCertificate(directory);
    const names: string[] = [];
    const receiver = https.createServer({
      key,
      cert,
      SNICallback: (name, done) => {
        names.push(name);
        done(null);
      },
    });
    const own = await listen(receiver, '127.0.0.1');

    const exchange = await post(`https://hooks.example.com:${own}/`, {
      allowedNetworks,
      allowsHttp: false,
      resolve: async () => ['127.0.0.1'],
    });

    assert.deepEqual(exchange, { failure: 'certificate_invalid' });
    assert.deepEqual(names, ['hooks.example.com']);
  });

  test('uses no proxy of the environment', async () => {
    const before = listened;
    const url = await serve((_request, response) => response.end('direct'));
    const script = `
      const { guardedPost } = await import('./src/core/outbound/guarded-post.ts');
      const { post } = guardedPost({ allowsHttp: true, allowedNetworks: ['127.0.0.1'] });
      const body = Buffer.from('{}');
      console.log(JSON.stringify(await post({ url: '${url}', headers: {}, body, timeout_ms: 5000 })));
    `;
    const proxy = `http://127.0.0.1:${port}`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      cwd: join(PROJECT_DIRECTORY),
      env: { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy, HTTPS_PROXY: proxy, http_proxy: proxy },
    });
    assert.deepEqual(JSON.parse(stdout), { status: 200, body: 'direct' });
    assert.equal(listened, before);
  });
});

describe('an address', () => {
  for (const address of [
    '93.184.216.34',
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '2a00::1',
  ]) {
    test(`of the internet is public: ${address}`, () => assert.equal(isPublicAddress(address), true));
  }
  for (const text of ['', 'localhost', '127.1', '1', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8']) {
    test(`of this form is not: "${text}"`, () => assert.equal(isPublicAddress(text), false));
  }
});

async function serve(handler: http.RequestListener): Promise<string> {
  const server = http.createServer(handler);
  return `http://127.0.0.1:${await listen(server, '127.0.0.1')}/`;
}

async function listen(server: net.Server, host: string): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
