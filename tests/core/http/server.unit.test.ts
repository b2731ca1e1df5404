import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { InjectOptions } from 'fastify';
import { pino } from 'pino';
import Type from 'typebox';
import { API_DESCRIPTION } from '../../../src/api-description.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { DomainError } from '../../../src/core/errors.ts';
import { Input } from '../../../src/core/http/schemas.ts';
import { createHttpServer } from '../../../src/core/http/server.ts';
import { isId, newId } from '../../../src/core/id.ts';
import { createMetrics } from '../../../src/core/observability/metrics.ts';
import { exchangeBytes, readRawAnswer } from '../../support/http-raw.ts';

type HttpServer = Awaited<ReturnType<typeof createHttpServer>>;

const log: string[] = [];
const metrics = createMetrics();
const server = await exampleServer();
await server.listen({ host: '127.0.0.1', port: 0 });
const { port } = server.server.address() as AddressInfo;
after(() => server.close());

describe('every refusal is answered in the envelope', () => {
  const json = { 'content-type': 'application/json' };
  const table: {
    readonly title: string;
    readonly request: InjectOptions;
    readonly status: number;
    readonly code: string;
    readonly field?: string;
  }[] = [
    { title: 'an unknown route', request: { url: '/nowhere?token=1' }, status: 404, code: 'NOT_FOUND' },
    {
      title: 'a method that the path does not have',
      request: { method: 'DELETE', url: '/echo' },
      status: 405,
      code: 'METHOD_NOT_ALLOWED',
    },
    {
      title: 'a body that is no JSON',
      request: { method: 'POST', url: '/echo', headers: json, payload: '{"text":' },
      status: 422,
      code: 'VALIDATION_ERROR',
      field: 'body',
    },
    {
      title: 'a body that is not UTF-8',
      request: {
        method: 'POST',
        url: '/echo',
        headers: json,
        payload: Buffer.from('{"text":"é"}', 'latin1'),
      },
      status: 422,
      code: 'VALIDATION_ERROR',
      field: 'body',
    },
    {
      title: 'an empty body where one is needed',
      request: { method: 'POST', url: '/echo', headers: json, payload: '' },
      status: 422,
      code: 'VALIDATION_ERROR',
      field: 'body',
    },
    {
      title: 'no body at all where one is needed',
      request: { method: 'POST', url: '/echo' },
      status: 422,
      code: 'VALIDATION_ERROR',
      field: 'body',
    },
    {
      title: 'another media type',
      request: { method: 'POST', url: '/echo', headers: { 'content-type': 'text/xml' }, payload: '<a/>' },
      status: 415,
      code: 'UNSUPPORTED_MEDIA_TYPE',
    },
    {
      title: 'a form',
      request: {
        method: 'POST',
        url: '/echo',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: 'text=a',
      },
      status: 415,
      code: 'UNSUPPORTED_MEDIA_TYPE',
    },
    {
      title: 'a body above the limit',
      request: {
        method: 'POST',
        url: '/echo',
        headers: json,
        payload: JSON.stringify({ text: 'x'.repeat(70_000) }),
      },
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
    },
    {
      title: 'a URL with a broken escape',
      request: { url: '/items/%zz' },
      status: 422,
      code: 'VALIDATION_ERROR',
      field: 'path',
    },
    {
      title: 'a URL whose escape is no UTF-8',
      request: { url: '/items/%ff' },
      status: 422,
      code: 'VALIDATION_ERROR',
      field: 'path',
    },
    {
      title: 'a path parameter beyond all length',
      request: { url: `/items/${'a'.repeat(1000)}` },
      status: 422,
      code: 'VALIDATION_ERROR',
      field: 'path',
    },
    {
      title: 'a query of more parameters than any operation has',
      request: { url: `/search?${Array.from({ length: 5_000 }, (_, index) => `p${index}`).join('&')}` },
      status: 422,
      code: 'VALIDATION_ERROR',
      field: 'querystring',
    },
    { title: 'a missing token', request: { url: '/private' }, status: 401, code: 'INVALID_TOKEN' },
    {
      title: 'an unexpected error',
      request: { url: '/broken' },
      status: 500,
      code: 'INTERNAL_ERROR',
    },
    {
      title: 'a null that somebody threw',
      request: { url: '/broken/null' },
      status: 500,
      code: 'INTERNAL_ERROR',
    },
  ];
  for (const { title, request, status, code, field } of table) {
    test(`${title}: ${status} ${code}`, async () => {
      const answer = await server.inject(request);

      assert.equal(answer.statusCode, status, answer.body);
      assert.match(String(answer.headers['content-type']), /^application\/json/);
      const body = answer.json();
      assert.deepEqual(Object.keys(body), ['error']);
      assert.deepEqual(Object.keys(body.error), ['code', 'message', 'details']);
      assert.equal(body.error.code, code);
      assert.ok(body.error.message.length > 0);
      if (field !== undefined) assert.equal(body.error.details.violations[0].field, field);
      assert.ok(isId(String(answer.headers['x-request-id'])), 'every answer has an X-Request-Id');
    });
  }

  test('the first twenty violations are named, and how many there are more', async () => {
    const fields = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`f${index}`, index]));
    const answer = await server.inject({ method: 'POST', url: '/echo', payload: { text: 'a', ...fields } });

    const { violations, more } = answer.json().error.details;
    assert.equal(violations.length, 20);
    assert.deepEqual(violations[19], { field: 'f19', reason: 'is not known here' });
    assert.equal(more, 10);
  });

  test('an unknown route names what was asked for, without its query', async () => {
    const answer = await server.inject({ url: '/nowhere?token=secret' });
    assert.deepEqual(answer.json().error.details, { resource_type: 'route', resource_id: 'GET /nowhere' });
  });
});

describe('an unexpected error', () => {
  test('says nothing but its request id, under which the log has its stack', async () => {
    const answer = await server.inject({ url: '/broken', headers: { 'x-request-id': 'trace-42' } });

    const { request_id: id, ...rest } = answer.json().error.details;
    assert.deepEqual(rest, {});
    assert.ok(isId(id));
    assert.doesNotMatch(answer.body, /hunter2|at .+\.ts/);
    const line = log.find((text) => text.includes('hunter2') && text.includes(id));
    assert.match(line ?? '', /"request_id":".+server\.unit\.test\.ts/);
  });
});

describe('X-Request-Id', () => {
  test('is what the client sent, when that is a plain name', async () => {
    for (const id of ['trace-42', 'a.b_c-D9', 'x'.repeat(128)]) {
      const answer = await server.inject({ url: '/items/1', headers: { 'x-request-id': id } });
      assert.equal(answer.headers['x-request-id'], id);
    }
  });

  test('is one of ours when the client sent none, or something else', async () => {
    for (const id of ['', 'x'.repeat(129), 'a b', '<script>', '{"a":1}', 'é']) {
      const answer = await server.inject({ url: '/items/1', headers: { 'x-request-id': id } });
      assert.ok(isId(String(answer.headers['x-request-id'])), id);
    }
  });

  test('of a client is logged in addition to ours, and never replaces it', async () => {
    await server.inject({ url: '/items/1', headers: { 'x-request-id': 'trace-43' } });
    const line = JSON.parse(log.find((text) => text.includes('trace-43')) ?? '{}');
    assert.equal(line.client_request_id, 'trace-43');
    assert.ok(isId(line.request_id));
  });

  test('is another one for each request', async () => {
    const ids = new Set<unknown>();
    for (let index = 0; index < 10; index += 1) {
      ids.add((await server.inject({ url: '/items/1' })).headers['x-request-id']);
    }
    assert.equal(ids.size, 10);
  });
});

describe('a route', () => {
  test('answers the same with a trailing slash', async () => {
    const plain = await server.inject({ url: '/items/1?all=true' });
    const slashed = await server.inject({ url: '/items/1/?all=true' });
    assert.equal(plain.statusCode, 200);
    assert.equal(slashed.statusCode, 200);
    assert.deepEqual(slashed.json(), plain.json());
  });

  test('whose path has other methods returns 405 with Allow, for any method', async () => {
    for (const method of ['DELETE', 'QUERY', 'TRACE', 'PROPFIND', 'PURGE'] as const) {
      const answer = await server.inject({ method: method as 'DELETE', url: '/items/1?all=true' });
      assert.equal(answer.statusCode, 405, method);
      assert.equal(answer.headers.allow, 'GET, HEAD, OPTIONS');
      assert.deepEqual(answer.json().error.details, { method, allowed: ['GET', 'HEAD', 'OPTIONS'] });
    }
    assert.equal((await server.inject({ method: 'QUERY' as 'GET', url: '/nowhere' })).statusCode, 404);
  });

  test('lists its methods for OPTIONS, and answers HEAD as GET without a body', async () => {
    const options = await server.inject({ method: 'OPTIONS', url: '/echo' });
    assert.deepEqual([options.statusCode, options.headers.allow, options.body], [204, 'POST, OPTIONS', '']);
    assert.equal((await server.inject({ method: 'OPTIONS', url: '/nowhere' })).statusCode, 404);
    const head = await server.inject({ method: 'HEAD', url: '/items/1' });
    assert.deepEqual([head.statusCode, head.body], [200, '']);
  });

  test('that is unknown is refused before its body arrives', async () => {
    const bytes = 'POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nConnection: close\r\n\r\n';
    assert.equal(readRawAnswer(await exchangeBytes(port, bytes)).status, 404);
  });

  test('never answers 500 for what the framework or a plugin refuses as the fault of the client', async () => {
    for (const [status, expected] of [
      [400, 400],
      [403, 400],
      [413, 413],
      [415, 415],
      [404, 404],
      [499, 400],
    ]) {
      const answer = await server.inject({ url: `/refused/${status}` });
      assert.equal(answer.statusCode, expected);
      assert.match(answer.json().error.code, /^[A-Z_]+$/);
    }
  });

  test('that does not say who may call it cannot be registered', async (t) => {
    const another = await exampleServer();
    t.after(() => another.close());
    assert.throws(
      () => another.get('/open', { schema: { summary: 'Whose?' } }, async () => ({})),
      /GET \/open must state in config.access who may call it/,
    );
  });

  test('that is hidden or without a schema must say it too', async (t) => {
    const another = await exampleServer();
    t.after(() => another.close());
    assert.throws(
      () => another.get('/unsaid', async () => ({})),
      /GET \/unsaid must state in config.access who may call it/,
    );
    assert.throws(
      () => another.get('/hidden', { schema: { hide: true } }, async () => ({})),
      /must state in config.access/,
    );
  });

  test('takes NDJSON as a list, with a refusal at the place of a broken line', async () => {
    const answer = await server.inject({
      method: 'POST',
      url: '/lines',
      headers: { 'content-type': 'application/x-ndjson; charset=utf-8' },
      payload: '{"a":1}\n{"a":\n{"a":2}\n',
    });
    assert.deepEqual(answer.json(), { lines: 3 });
  });

  test('has security headers on every response, and never names its software', async () => {
    for (const url of ['/items/1', '/nowhere', '/broken', '/items/%ff']) {
      const { headers } = await server.inject({ url });
      assert.equal(headers['cache-control'], 'no-store', url);
      assert.equal(headers['x-content-type-options'], 'nosniff', url);
      assert.equal(headers['x-frame-options'], 'SAMEORIGIN', url);
      assert.match(String(headers['content-security-policy']), /default-src 'self'/, url);
      assert.match(String(headers['strict-transport-security']), /max-age=\d+/, url);
      assert.equal(headers['x-powered-by'], undefined, url);
    }
  });
});

describe('a socket', () => {
  test('with bytes that are no HTTP is answered in the envelope and closed', async () => {
    for (const bytes of [
      'garbage\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      Buffer.from([0x16, 0x03, 0x01, 0x00, 0x05, 0x0a]),
    ]) {
      const { status, head, body } = readRawAnswer(await exchangeBytes(port, bytes));
      assert.equal(status, 400);
      assert.match(head, /x-request-id: [0-9a-f-]{36}/i);
      const { error } = body as { error: { code: string; details: { violations: unknown[] } } };
      assert.equal(error.code, 'VALIDATION_ERROR');
      assert.equal(error.details.violations.length, 1);
    }
  });

  test('with headers beyond all size is answered in the envelope and closed', async () => {
    const bytes = `GET /items/1 HTTP/1.1\r\nHost: x\r\nX-Big: ${'a'.repeat(100_000)}\r\n\r\n`;
    assertRawRefusal(await exchangeBytes(port, bytes), 431, 'VALIDATION_ERROR');
  });

  test('gets the envelope, an id and the security headers for what Node itself refuses', async () => {
    const host = 'Host: x\r\n';
    const expecting = (expectation: string) =>
      `POST /echo HTTP/1.1\r\n${host}Expect: ${expectation}\r\nContent-Length: 2\r\n\r\n{}`;
    assertRawRefusal(await exchangeBytes(port, expecting('a-miracle')), 417, 'VALIDATION_ERROR');
    assertRawRefusal(
      await exchangeBytes(port, `CONNECT x:1 HTTP/1.1\r\n${host}\r\n`),
      405,
      'METHOD_NOT_ALLOWED',
    );
    const close = 'Connection: close\r\n';
    assertRawRefusal(
      await exchangeBytes(port, `GET /items/1 HTTP/1.1\r\n${close}\r\n`),
      400,
      'VALIDATION_ERROR',
    );
    assertRawRefusal(
      await exchangeBytes(port, `BREW /items/1 HTTP/1.1\r\n${host}\r\n`),
      400,
      'VALIDATION_ERROR',
    );
  });

  test('with a header twice that can have one value is refused', async () => {
    const repeated: [string, string][] = [
      ['Host', 'y'],
      ['Authorization', 'Bearer b'],
      ['Content-Type', 'text/plain'],
      ['Idempotency-Key', 'b'],
    ];
    for (const [name, second] of repeated) {
      const others = name === 'Host' ? '' : `${name}: a\r\n`;
      const bytes = `GET /items/1 HTTP/1.1\r\nHost: x\r\n${others}Connection: close\r\n${name.toLowerCase()}: ${second}\r\n\r\n`;
      const { error } = assertRawRefusal(await exchangeBytes(port, bytes), 400, 'VALIDATION_ERROR');
      assert.deepEqual(error.details.violations, [
        { field: name.toLowerCase(), reason: 'must be sent once' },
      ]);
    }
    const accepts = 'GET /items/1 HTTP/1.1\r\nHost: x\r\nAccept: a\r\nAccept: b\r\nConnection: close\r\n\r\n';
    assert.equal(readRawAnswer(await exchangeBytes(port, accepts)).status, 200);
  });

  test('with garbage behind a request that has no answer yet is closed: the request gets no answer of another', async () => {
    const bytes = 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\ngarbage\r\n\r\n';
    assert.equal(await exchangeBytes(port, bytes), '');
  });

  test('with two lengths, the way requests are smuggled, is refused', async () => {
    const bytes =
      'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n' +
      'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n';
    assert.equal(readRawAnswer(await exchangeBytes(port, bytes)).status, 400);
  });

  test('whose headers never end is answered 408', async () => {
    const { status, body } = readRawAnswer(await exchangeBytes(port, 'GET /items/1 HTTP/1.1\r\nHost: x\r\n'));
    assert.equal(status, 408);
    assert.equal((body as { error: { code: string } }).error.code, 'VALIDATION_ERROR');
  });

  test('has bounded time for headers and body', () => {
    assert.equal(server.server.headersTimeout, 5_000);
    assert.equal(server.server.requestTimeout, 10_000);
  });
});

describe('the metrics', () => {
  test('count answers by method, route and status, and never by the URL itself', async () => {
    await server.inject({ url: '/items/some-id' });
    await server.inject({ url: '/nowhere/at-all' });
    const text = await metrics.registry.metrics();
    assert.match(
      text,
      /http_request_duration_seconds_count\{method="GET",route="\/items\/:id",status="200"\} \d+/,
    );
    assert.match(
      text,
      /http_request_duration_seconds_count\{method="GET",route="unknown",status="404"\} \d+/,
    );
    assert.doesNotMatch(text, /some-id|at-all/);
  });
});

describe('the log line of a request', () => {
  test('names route, status and refusal, and not what was in the URL', async () => {
    await server.inject({ url: '/private?token=hunter3', headers: { 'x-request-id': 'line-1' } });
    const line = JSON.parse(log.find((text) => text.includes('line-1')) ?? '{}');
    assert.equal(line.msg, 'GET /private 401');
    assert.equal(line.refusal, 'INVALID_TOKEN');
    assert.equal(typeof line.duration_ms, 'number');
    assert.ok(!log.some((text) => text.includes('hunter3')));
  });
});

function assertRawRefusal(answer: string, expected: number, code: string) {
  const { status, head, body } = readRawAnswer(answer);
  assert.equal(status, expected, answer);
  assert.match(head, /^x-request-id: [0-9a-f-]{36}\r?$/im);
  assert.match(head, /^x-content-type-options: nosniff\r?$/im);
  assert.match(head, /^cache-control: no-store\r?$/im);
  assert.match(head, /^connection: close\r?$/im);
  const refusal = body as { error: { code: string; details: { violations?: unknown } } };
  assert.equal(refusal.error.code, code);
  return refusal;
}

async function exampleServer(): Promise<HttpServer> {
  const created = await createHttpServer({
    logger: pino({ level: 'info' }, { write: (line: string) => log.push(line) }),
    metrics,
    clock: systemClock,
    authenticate: async () => {
      throw new DomainError('unauthenticated', 'INVALID_TOKEN', 'Who are you?', {});
    },
    trustProxy: false,
    maxConnections: 10_000,
    api: API_DESCRIPTION,
    apiDocs: false,
    publicUrl: 'http://localhost',
  });
  const config = { access: 'public' } as const;
  created.get('/items/:id', { config }, async () => ({ id: newId().slice(0, 0) }));
  created.get('/slow', { config }, async () => {
    await setImmediate();
    return {};
  });
  created.get('/search', { config, schema: { querystring: Input({}) } }, async () => ({}));
  created.get('/private', { config: { access: ['user'] } }, async () => ({}));
  created.get('/broken', { config }, async () => {
    throw new Error('connect to db with password hunter2 failed');
  });
  created.get('/refused/:status', { config }, async ({ params }) => {
    throw Object.assign(new Error('refused'), { statusCode: Number((params as { status: string }).status) });
  });
  created.get('/broken/null', { config }, async () => {
    throw null;
  });
  created.post(
    '/echo',
    { config, schema: { summary: 'Echo', body: Input({ text: Type.String() }) } },
    async ({ body }) => body,
  );
  created.post('/lines', { config, schema: { body: Type.Array(Type.Unknown()) } }, async ({ body }) => ({
    lines: body.length,
  }));
  return created;
}
