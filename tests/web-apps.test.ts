import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { SCRATCH_VARIABLE } from './support/database.ts';
import { startTestPlatform } from './support/platform.ts';

const PAGES = { wallet: '<title>The wallet</title>', console: '<title>The console</title>' };
const SCRIPT = 'console.log("a script that is worth a compression")';
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const SUMMARY = { name: 'ClickNBack', api: '/api/v1', health: '/health/ready' };
const OTHER_HOST = 'shop.example.com';

const { server } = (
  await startTestPlatform({
    webDirectory: build(),
    environment: { CONSOLE_URL: 'http://localhost', API_DOCS: 'true', TRUST_PROXY: '1' },
  })
).platform;

/** A small build of both apps. */
function build(): string {
  const directory = join(process.env[SCRATCH_VARIABLE] ?? '', `web-${process.pid}`);
  mkdirSync(join(directory, 'assets'), { recursive: true });
  const files = {
    'wallet.html': PAGES.wallet,
    'console.html': PAGES.console,
    'assets/main-1a2b.js': SCRIPT,
    'assets/inter-3c4d.woff2': 'a font',
  };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(directory, name), content);
    if (name.endsWith('.woff2')) continue;
    writeFileSync(join(directory, `${name}.br`), brotliCompressSync(content));
    writeFileSync(join(directory, `${name}.gz`), gzipSync(content));
  }
  writeFileSync(join(directory, 'assets/notes.txt'), 'no part of the apps');
  return directory;
}

function ask(
  url: string,
  headers: Record<string, string> = { accept: BROWSER },
  method: 'GET' | 'HEAD' = 'GET',
) {
  return server.inject({ method, url, headers });
}

describe('a page of an app', () => {
  for (const [path, page] of [
    ['/', PAGES.wallet],
    ['/?lang=de', PAGES.wallet],
    ['/activity/0193', PAGES.wallet],
    ['/nowhere', PAGES.wallet],
    ['/consoles', PAGES.wallet],
    ['/console', PAGES.console],
    ['/console/', PAGES.console],
    ['/console/purchases/0193?tab=journal', PAGES.console],
  ] as const) {
    test(`is served at ${path}, stored by no cache, with its policy`, async () => {
      const { statusCode, headers, body } = await ask(path);
      assert.equal(statusCode, 200);
      assert.equal(body, page);
      assert.equal(headers['content-type'], 'text/html; charset=utf-8');
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(headers['content-security-policy'], POLICY);
      assert.equal(headers['x-content-type-options'], 'nosniff');
    });
  }

  test('is compressed as the browser accepts it', async () => {
    const packed = await ask('/console', { accept: BROWSER, 'accept-encoding': 'gzip, deflate, br, zstd' });
    assert.equal(packed.headers['content-encoding'], 'br');
    assert.equal(brotliDecompressSync(packed.rawPayload).toString(), PAGES.console);
    assert.match(String(packed.headers.vary), /accept-encoding/);
  });

  test('has headers without a body for HEAD', async () => {
    const { statusCode, headers, body } = await ask('/activity', { accept: BROWSER }, 'HEAD');
    assert.deepEqual([statusCode, headers['content-type'], body], [200, 'text/html; charset=utf-8', '']);
  });

  test('of the console is confined to the host of CONSOLE_URL, and of the wallet is not', async () => {
    const at = (url: string) =>
      ask(url, { accept: BROWSER, host: OTHER_HOST, 'x-forwarded-host': 'localhost' });
    assert.equal((await ask('/console', { accept: BROWSER, host: 'LOCALHOST:8000' })).body, PAGES.console);
    for (const path of ['/console', '/console/purchases'])
      assert.equal((await at(path)).statusCode, 404, path);
    assert.equal((await at('/activity')).body, PAGES.wallet);
    const login = await server.inject({
      method: 'POST',
      url: '/api/v1/auth/login',
      headers: { host: OTHER_HOST },
      payload: { email: 'carol@example.com', password: 'x', client: 'console' },
    });
    assert.equal(login.json().error.code, 'FORBIDDEN');
  });
});

describe('a path of the platform', () => {
  for (const path of [
    '/api',
    '/api/x',
    '/api/v1/x',
    '/assets',
    '/assets/x',
    '/assets/x.js',
    '/assets/notes.txt',
    '/assets/%2e%2e%2fwallet.html',
    '/docs/x',
    '/health/x',
    '/metrics/x',
    '/dev/mail',
  ]) {
    test(`is no page: ${path} returns 404`, async () => {
      const { statusCode, headers, body } = await ask(path);
      assert.equal(statusCode, 404);
      assert.match(String(headers['content-type']), /^application\/json/);
      assert.equal(JSON.parse(body).error.code, 'NOT_FOUND');
    });
  }

  test('keeps its methods', async () => {
    const answer = await ask('/api/v1/auth/login');
    assert.deepEqual([answer.statusCode, answer.headers.allow], [405, 'POST, OPTIONS']);
    const posted = await server.inject({ method: 'POST', url: '/activity', headers: { accept: BROWSER } });
    assert.equal(posted.statusCode, 404);
    const home = await server.inject({ method: 'POST', url: '/', headers: { accept: BROWSER } });
    assert.deepEqual([home.statusCode, home.headers.allow], [405, 'GET, HEAD, OPTIONS']);
  });

  for (const [path, type] of [
    ['/docs', 'text/html'],
    ['/openapi.json', 'application/json'],
    ['/reset-password', 'text/html'],
    ['/verify-email', 'text/html'],
    ['/metrics', 'text/plain'],
    ['/health/ready', 'application/json'],
  ] as const) {
    test(`stays what it is, with its own policy: ${path}`, async () => {
      const { statusCode, headers, body } = await ask(path);
      assert.equal(statusCode, 200);
      assert.ok(String(headers['content-type']).startsWith(type), String(headers['content-type']));
      assert.notEqual(body, PAGES.wallet);
      assert.notEqual(headers['content-security-policy'], POLICY);
    });
  }
});

describe('an asset', () => {
  for (const [encodings, encoding, unpack] of [
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['br;q=0, gzip', 'gzip', gunzipSync],
    ['identity', undefined, (bytes: Buffer) => bytes],
  ] as const) {
    test(`is sent for Accept-Encoding: ${encodings}, and kept forever`, async () => {
      const { statusCode, headers, rawPayload } = await ask('/assets/main-1a2b.js', {
        'accept-encoding': encodings,
      });
      assert.equal(statusCode, 200);
      assert.equal(headers['content-encoding'], encoding);
      assert.equal(unpack(rawPayload).toString(), SCRIPT);
      assert.equal(headers['content-type'], 'text/javascript; charset=utf-8');
      assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
      assert.equal(headers.vary, 'accept-encoding');
    });
  }

  test('without a compressed form is sent as it is', async () => {
    const { headers, body } = await ask('/assets/inter-3c4d.woff2', { 'accept-encoding': 'br' });
    assert.deepEqual(
      [headers['content-type'], headers['content-encoding'], body],
      ['font/woff2', undefined, 'a font'],
    );
  });
});

describe('GET / of a program', () => {
  for (const accept of [undefined, '*/*', 'application/json', 'application/json, text/html;q=0']) {
    test(`returns a summary as JSON for Accept: ${accept}`, async () => {
      const { statusCode, headers, ...response } = await ask('/', accept === undefined ? {} : { accept });
      assert.equal(statusCode, 200);
      assert.match(String(headers['content-type']), /^application\/json/);
      assert.equal(headers.vary, 'accept');
      assert.deepEqual(response.json(), { ...SUMMARY, docs: '/docs', openapi: '/openapi.json' });
    });
  }

  test('elsewhere returns 404', async () => {
    assert.equal((await ask('/activity', {})).statusCode, 404);
    assert.equal((await ask('/console', { accept: '*/*' })).statusCode, 404);
  });
});

test('without a build the platform serves its API alone', async () => {
  const { platform } = await startTestPlatform({
    webDirectory: join(process.env[SCRATCH_VARIABLE] ?? '', 'no-build'),
    environment: { API_DOCS: 'false' },
  });
  assert.equal(platform.servesApps, false);
  const get = (url: string) => platform.server.inject({ url, headers: { accept: BROWSER } });
  assert.deepEqual((await get('/')).json(), SUMMARY);
  for (const path of ['/console', '/activity', '/assets/main-1a2b.js'])
    assert.equal((await get(path)).statusCode, 404, path);
});
