import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import zlib, { gunzipSync } from 'node:zlib';
import { startTestPlatform } from '../../support/platform.ts';

const { server } = (await startTestPlatform()).platform;
const GZIP = { 'accept-encoding': 'gzip, deflate, br' };

describe('the API reference', () => {
  test('is made once, and then sent from memory', async (t) => {
    const describeApi = t.mock.method(server, 'swagger');
    const bodies = [];
    for (let count = 0; count < 3; count += 1) bodies.push((await server.inject('/openapi.json')).json());

    assert.ok(describeApi.mock.callCount() <= 1);
    assert.equal(bodies[0].openapi, '3.1.0');
    assert.deepEqual(bodies[1], bodies[0]);
    assert.deepEqual(bodies[2], bodies[0]);
  });

  test('is compressed once for concurrent requests', async (t) => {
    const compress = t.mock.method(zlib, 'gzip');
    const url = '/docs/static/swagger-ui-standalone-preset.js';
    const request = () => server.inject({ url, headers: GZIP });

    const answers = await Promise.all(Array.from({ length: 20 }, request));

    assert.equal(compress.mock.callCount(), 1);
    for (const { statusCode, rawPayload } of answers) {
      assert.equal(statusCode, 200);
      assert.equal(rawPayload.length, answers[0]?.rawPayload.length);
    }
  });

  for (const [url, type] of [
    ['/openapi.json', /^application\/json/],
    ['/docs/', /^text\/html/],
    ['/docs/static/swagger-ui-bundle.js', /javascript/],
    ['/docs/static/swagger-ui.css', /^text\/css/],
  ] as const) {
    test(`has ${url} in gzip and plain, with a tag under which it need not be sent again`, async () => {
      for (const round of ['first', 'later']) {
        const plain = await server.inject({ url });
        const packed = await server.inject({ url, headers: GZIP });

        assert.equal(plain.statusCode, 200, round);
        assert.equal(plain.headers['content-encoding'], undefined);
        assert.equal(packed.headers['content-encoding'], 'gzip');
        assert.equal(Number(packed.headers['content-length']), packed.rawPayload.length);
        assert.ok(gunzipSync(packed.rawPayload).equals(plain.rawPayload));
        assert.ok(packed.rawPayload.length < plain.rawPayload.length);
        for (const { headers } of [plain, packed]) {
          assert.match(String(headers['content-type']), type);
          assert.equal(headers['cache-control'], 'public, max-age=300');
          assert.equal(headers.vary, 'accept-encoding');
          assert.equal(headers['x-content-type-options'], 'nosniff');
          assert.equal(headers.etag, plain.headers.etag);
        }

        const repeat = await server.inject({ url, headers: { 'if-none-match': String(plain.headers.etag) } });
        assert.deepEqual([repeat.statusCode, repeat.body], [304, '']);
        const head = await server.inject({ method: 'HEAD', url });
        assert.deepEqual([head.statusCode, head.body], [200, '']);
      }
    });
  }

  test('has its own content security policy on every answer of its pages', async () => {
    for (let count = 0; count < 2; count += 1) {
      const { headers } = await server.inject('/docs/');
      assert.match(String(headers['content-security-policy']), /^default-src 'self'; img-src 'self' data:/);
    }
  });

  test('is not there when it is turned off', async () => {
    const { platform } = await startTestPlatform({ environment: { API_DOCS: 'false' } });
    for (const url of ['/openapi.json', '/docs', '/docs/', '/docs/static/swagger-ui.css', '/docs/json'])
      assert.equal((await platform.server.inject(url)).statusCode, 404, url);
    assert.equal((await platform.server.inject('/health/live')).statusCode, 200);
  });

  test('returns 404 for a missing file each time', async () => {
    for (let count = 0; count < 2; count += 1)
      assert.equal((await server.inject('/docs/static/nowhere.js')).statusCode, 404);
  });
});
