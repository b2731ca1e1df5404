import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { pino } from 'pino';
import { API_DESCRIPTION } from '../../../src/api-description.ts';
import { invalidToken } from '../../../src/core/caller.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { createHttpServer } from '../../../src/core/http/server.ts';
import { createMetrics } from '../../../src/core/observability/metrics.ts';

const APP = 'https://app.example.com';

async function serverFor(corsOrigins: readonly string[]) {
  const server = await createHttpServer({
    logger: pino({ level: 'silent' }),
    metrics: createMetrics(),
    clock: systemClock,
    authenticate: async () => {
      throw invalidToken();
    },
    trustProxy: false,
    maxConnections: 10,
    corsOrigins,
    api: API_DESCRIPTION,
    apiDocs: false,
    publicUrl: 'http://localhost',
  });
  server.get('/wallet', { config: { access: ['user'] } }, async () => ({}));
  await server.ready();
  after(() => server.close());
  return (method: 'GET' | 'OPTIONS' | 'PUT', origin: string | undefined, asks?: string, url = '/wallet') =>
    server.inject({
      method,
      url,
      headers: {
        ...(origin !== undefined && { origin }),
        ...(asks !== undefined && { 'access-control-request-method': asks }),
      },
    });
}

const ALLOWED = 'access-control-allow-origin';
const send = await serverFor([APP, 'https://shop.example.com']);

describe('a page of an allowed origin', () => {
  test('learns by a preflight request, without a token, what it may send', async () => {
    const { statusCode, headers } = await send('OPTIONS', APP, 'POST');
    assert.equal(statusCode, 204);
    assert.equal(headers[ALLOWED], APP);
    for (const name of ['Authorization', 'Idempotency-Key', 'Content-Type'])
      assert.ok(String(headers['access-control-allow-headers']).includes(name), name);
    for (const method of ['PUT', 'PATCH', 'DELETE'])
      assert.ok(String(headers['access-control-allow-methods']).includes(method), method);
    assert.equal(headers['access-control-allow-credentials'], undefined);
  });

  test('may read each answer, also a refusal and one for an unknown path', async () => {
    for (const [url, status] of [
      ['/wallet', 401],
      ['/unknown', 404],
    ] as const) {
      const { statusCode, headers } = await send('GET', APP, undefined, url);
      assert.equal(statusCode, status);
      assert.equal(headers[ALLOWED], APP);
      for (const name of ['X-Request-Id', 'Retry-After', 'Idempotency-Replayed'])
        assert.ok(String(headers['access-control-expose-headers']).includes(name), name);
      // Caches must not hand the answer for one origin to another.
      assert.match(String(headers.vary), /Origin/);
    }
  });
});

test('a page of another origin may read nothing', async () => {
  for (const origin of ['https://evil.example', 'https://app.example.com.evil.example', 'null'])
    for (const method of ['GET', 'OPTIONS'] as const)
      assert.equal((await send(method, origin, 'POST')).headers[ALLOWED], undefined, origin);
});

test('paths and methods that do not exist are answered as without origins', async () => {
  const plain = await serverFor([]);
  for (const ask of [send, plain]) {
    assert.equal((await ask('GET', undefined, undefined, '/unknown')).statusCode, 404);
    assert.equal((await ask('OPTIONS', undefined, undefined, '/unknown')).statusCode, 404);
    assert.equal((await ask('PUT', undefined)).statusCode, 405);
    const { statusCode, headers } = await ask('OPTIONS', undefined);
    assert.deepEqual([statusCode, headers.allow], [204, 'GET, HEAD, OPTIONS']);
  }
});

test('without origins no page may read anything', async () => {
  const plain = await serverFor([]);
  assert.equal((await plain('GET', APP)).headers[ALLOWED], undefined);
});
