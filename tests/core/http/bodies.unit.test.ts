import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import Type from 'typebox';
import { API_DESCRIPTION } from '../../../src/api-description.ts';
import { invalidToken } from '../../../src/core/caller.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { rateLimited } from '../../../src/core/errors.ts';
import { Input } from '../../../src/core/http/schemas.ts';
import { createHttpServer } from '../../../src/core/http/server.ts';
import { createMetrics } from '../../../src/core/observability/metrics.ts';

const BODY_LIMIT_BYTES = 64 * 1024;

const limited: number[] = [];
const server = await exampleServer();
after(() => server.close());

describe('a body in gzip', () => {
  test('is unpacked', async () => {
    for (const encoding of ['gzip', 'GZIP', 'x-gzip'])
      assert.deepEqual((await send('/echo', gzipSync('{"text":"a"}'), { encoding })).json(), { text: 'a' });
  });

  test('is refused with 413 if it is too large after decompression', async () => {
    const bomb = gzipSync(Buffer.alloc(10 * 1024 * 1024, ' '));
    assert.ok(bomb.length < BODY_LIMIT_BYTES);
    assertRefused(await send('/echo', bomb, { encoding: 'gzip' }), 413, 'PAYLOAD_TOO_LARGE');
  });

  test('that is incomplete or no gzip is refused: 422', async () => {
    for (const bytes of [gzipSync('{"text":"a"}').subarray(0, 15), Buffer.from('{"text":"a"}')])
      assertRefused(await send('/echo', bytes, { encoding: 'gzip' }), 422, 'VALIDATION_ERROR', 'body');
  });

  test('is the only encoding that is taken: 415', async () => {
    for (const encoding of ['br', 'deflate', 'zstd', 'gzip, gzip', 'chunked'])
      assertRefused(
        await send('/echo', gzipSync('{"text":"a"}'), { encoding }),
        415,
        'UNSUPPORTED_MEDIA_TYPE',
      );
  });

  test('that is empty after decompression counts as no body', async () => {
    assert.deepEqual((await send('/optional', gzipSync(''), { encoding: 'gzip' })).json(), {});
  });
});

describe('a list body', () => {
  const texts: [string, (count: number) => string][] = [
    ['application/json', (count) => JSON.stringify(Array(count).fill({ a: 1 }))],
    ['application/x-ndjson', (count) => '{"a":1}\n'.repeat(count)],
    ['application/jsonl', (count) => '{"a":1}\n'.repeat(count)],
  ];
  for (const [type, text] of texts) {
    test(`of ${type} counts for the limits, and is refused above its own, before it is parsed`, async (t) => {
      assert.deepEqual((await send('/list', text(3), { type })).json(), { items: 3 });
      limited.length = 0;
      const parse = t.mock.method(JSON, 'parse');

      const tooLong = await send('/list', text(5_000), { type });
      const overLimit = await send('/list?full', text(2), { type });

      assert.equal(parse.mock.callCount(), 0);
      assert.deepEqual(limited, [3, 2], 'what is refused as too long counts as a list of the most items');
      assertRefused(tooLong, 422, 'VALIDATION_ERROR', 'body');
      assertRefused(overLimit, 429, 'RATE_LIMITED');
    });
  }

  test('of 524,288 bad lines is refused without parsing any', async (t) => {
    const parse = t.mock.method(JSON, 'parse');
    const answer = await send('/list', 'x\n'.repeat(524_288), { type: 'application/x-ndjson' });
    assert.equal(parse.mock.callCount(), 0);
    assertRefused(answer, 422, 'VALIDATION_ERROR', 'body');
  });

  test('as lines is taken by no operation that takes one object: 415', async () => {
    const answer = await send('/echo', '{"text":"a"}', { type: 'application/x-ndjson' });
    assertRefused(answer, 415, 'UNSUPPORTED_MEDIA_TYPE');
  });
});

describe('an empty body', () => {
  for (const type of [
    'application/json',
    'application/x-ndjson',
    'text/plain',
    'multipart/form-data',
    'no type',
  ]) {
    test(`of the type ${type} counts as no body`, async () => {
      assert.deepEqual((await send('/optional', '', { type })).json(), {});
    });
  }

  test('is refused where a body is needed', async () => {
    assertRefused(await send('/echo', '', { type: 'text/plain' }), 422, 'VALIDATION_ERROR', 'body');
  });
});

describe('an optional body', () => {
  test('may be left out', async () => {
    assert.deepEqual((await server.inject({ method: 'POST', url: '/optional' })).json(), {});
  });

  test('is not null', async () => {
    assertRefused(await send('/optional', 'null'), 422, 'VALIDATION_ERROR', 'body');
  });
});

test('a byte order mark is skipped in JSON and NDJSON', async () => {
  assert.deepEqual((await send('/echo', '\ufeff{"text":"a"}')).json(), { text: 'a' });
  const lines = await send('/list', '\ufeff{"a":1}\n{"a":2}', { type: 'application/x-ndjson' });
  assert.deepEqual(lines.json(), { items: 2 });
});

function send(
  url: string,
  payload: string | Buffer,
  { type = 'application/json', encoding }: { type?: string; encoding?: string } = {},
) {
  const headers = { 'content-type': type, ...(encoding !== undefined && { 'content-encoding': encoding }) };
  return server.inject({ method: 'POST', url, headers, payload });
}

function assertRefused(
  answer: Awaited<ReturnType<typeof send>>,
  status: number,
  code: string,
  field?: string,
): void {
  assert.equal(answer.statusCode, status, answer.body);
  const { error } = answer.json();
  assert.equal(error.code, code);
  if (field !== undefined) assert.equal(error.details.violations[0].field, field);
}

async function exampleServer() {
  const created = await createHttpServer({
    logger: pino({ level: 'silent' }),
    metrics: createMetrics(),
    clock: systemClock,
    authenticate: async () => {
      throw invalidToken();
    },
    trustProxy: false,
    maxConnections: 10_000,
    api: API_DESCRIPTION,
    apiDocs: false,
    publicUrl: 'http://localhost',
  });
  const access = 'public';
  created.post(
    '/echo',
    { config: { access }, schema: { body: Input({ text: Type.String() }) } },
    async ({ body }) => body,
  );
  created.post(
    '/optional',
    { config: { access }, schema: { body: Input({ text: Type.Optional(Type.String()) }) } },
    async ({ body }) => body,
  );
  created.post(
    '/list',
    {
      bodyLimit: 1024 * 1024,
      config: {
        access,
        limits: [
          async ({ itemCount, query }) => {
            limited.push(itemCount);
            if ('full' in (query as object)) throw rateLimited();
          },
        ],
      },
      schema: { body: Type.Array(Type.Unknown(), { maxItems: 3 }) },
    },
    async ({ body }) => ({ items: body.length }),
  );
  return created;
}
