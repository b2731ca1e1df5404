import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { startTestPlatform } from './support/platform.ts';

const { server } = (await startTestPlatform()).platform;
const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

describe('GET /', () => {
  test('answers a browser with a page that leads to the API reference', async () => {
    const { statusCode, headers, body } = await server.inject({ url: '/', headers: BROWSER });

    assert.equal(statusCode, 200);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    assert.equal(headers.vary, 'accept');
    assert.match(body, /<h1>ClickNBack<\/h1>/);
    const paths = [...body.matchAll(/ href="(\/[^"]*)"/g)].map(([, path]) => path ?? '');
    assert.deepEqual(paths, ['/docs', '/openapi.json', '/health/ready']);
    for (const path of paths) assert.equal((await server.inject(path)).statusCode, 200, path);
  });

  test('allows the page its own style and nothing from other places', async () => {
    const { headers, body } = await server.inject({ url: '/', headers: BROWSER });

    const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(body) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    assert.equal(
      headers['content-security-policy'],
      `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    assert.doesNotMatch(body, /<script|style=|(?:src|href)="(?:https?:)?\/\//);
    assert.equal(headers['x-content-type-options'], 'nosniff');
  });

  for (const accept of [undefined, '*/*', 'application/json', 'application/json, text/html;q=0']) {
    test(`answers JSON to Accept: ${accept}`, async () => {
      const { statusCode, headers, ...response } = await server.inject({
        url: '/',
        headers: accept === undefined ? {} : { accept },
      });
      assert.equal(statusCode, 200);
      assert.match(String(headers['content-type']), /^application\/json/);
      assert.deepEqual(response.json(), {
        name: 'ClickNBack',
        api: '/api/v1',
        docs: '/docs',
        openapi: '/openapi.json',
        health: '/health/ready',
      });
    });
  }

  test('names no API reference when it is turned off', async () => {
    const { platform } = await startTestPlatform({ environment: { API_DOCS: 'false' } });
    const page = await platform.server.inject({ url: '/', headers: BROWSER });
    assert.equal(page.statusCode, 200);
    assert.doesNotMatch(page.body, /\/docs|openapi/);
    const summary = (await platform.server.inject('/')).json();
    assert.deepEqual(summary, { name: 'ClickNBack', api: '/api/v1', health: '/health/ready' });
  });

  test('has no other method', async () => {
    const { statusCode, headers } = await server.inject({ method: 'POST', url: '/' });
    assert.deepEqual([statusCode, headers.allow], [405, 'GET, HEAD, OPTIONS']);
  });
});
