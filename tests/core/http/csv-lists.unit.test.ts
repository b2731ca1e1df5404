import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { after, describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import Type from 'typebox';
import { API_DESCRIPTION } from '../../../src/api-description.ts';
import { type AccountCaller, invalidToken } from '../../../src/core/caller.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { validationError } from '../../../src/core/errors.ts';
import { MOST_ROWS } from '../../../src/core/http/csv-lists.ts';
import {
  CursorPage,
  CursorQuery,
  Page,
  PageQuery,
  presentCursorPage,
  presentPage,
  readPage,
} from '../../../src/core/http/pagination.ts';
import type { Routes } from '../../../src/core/http/route.ts';
import { createHttpServer } from '../../../src/core/http/server.ts';
import { createMetrics } from '../../../src/core/observability/metrics.ts';
import { assertEqual } from '../../support/equality.ts';
import { until } from '../../support/until.ts';

const CALLER = {
  id: '01936f2e-8c1b-7c3a-9d55-0000000000a1',
  permissions: [],
  sessionId: 'session',
  mustEnrol: false,
  dueProof: null,
  requestId: '',
} as const;
const Item = Type.Object({ id: Type.String(), note: Type.String() });
const config = { access: ['admin', 'partner'], scope: 'any' } as const;

/** How many items each list has, what each item weighs, and what was asked of the lists. */
const world = { rows: 3, note: 'n', knows: true, isAudited: true };
const asked: Record<string, unknown>[] = [];
const reads: unknown[] = [];
const itemsFrom = (start: number, limit: number) =>
  Array.from({ length: Math.max(0, Math.min(limit, world.rows - start)) }, (_, index) => ({
    id: String(start + index),
    note: world.note,
  }));

const routes: Routes = (api) => {
  api.get(
    '/things/:id/items',
    {
      schema: {
        params: Type.Object({ id: Type.String() }),
        querystring: CursorQuery({ colour: Type.Optional(Type.String()) }),
        response: { 200: CursorPage(Item) },
      },
      config: { ...config, showsPersonalData: true },
    },
    async ({ query }) => {
      asked.push({ ...query });
      const { offset, limit, after: cursor } = readPage(query);
      const start = cursor === undefined ? offset : Number(cursor);
      const items = itemsFrom(start, limit);
      const end = start + items.length;
      const total = { total: world.knows ? world.rows : 10_001, totalIsEstimate: !world.knows };
      return presentCursorPage(
        query,
        { items, nextKey: end < world.rows ? String(end) : null, ...total },
        (item) => item,
      );
    },
  );
  api.get(
    '/small-lists',
    { schema: { querystring: PageQuery({}), response: { 200: Page(Item) } }, config },
    async ({ query }) => {
      asked.push({ ...query });
      const { offset, limit } = readPage(query);
      return presentPage(
        query,
        { items: itemsFrom(offset, limit), total: world.rows, nextKey: null },
        (item) => item,
      );
    },
  );
};

const server = await openServer();
await server.listen({ host: '127.0.0.1', port: 0 });
const { port } = server.server.address() as AddressInfo;
after(() => server.close());

async function openServer() {
  const created = await createHttpServer({
    logger: pino({ level: 'silent' }),
    metrics: createMetrics(),
    clock: systemClock,
    authenticate: async (token) => {
      if (token === 'admin') return { ...CALLER, type: 'admin' } as AccountCaller;
      if (token !== 'partner') throw invalidToken();
      const { id, requestId } = CALLER;
      const scopes = ['any'];
      return {
        type: 'partner',
        id,
        keyId: id,
        scopes,
        merchantIds: null,
        externalIdScope: 'partner',
        requestId,
      } as never;
    },
    accessLog: {
      recordRead: async (_caller, read) => {
        if (!world.isAudited) throw validationError({ violations: [] });
        reads.push(read);
      },
      recordRefusal: async () => undefined,
    },
    trustProxy: false,
    maxConnections: 20,
    publicUrl: 'http://localhost',
    api: API_DESCRIPTION,
    apiDocs: false,
  });
  await created.register(async (api) => routes(api), { prefix: '/api/v1' });
  return created;
}

async function ask(path: string, headers: Record<string, string> = { accept: 'text/csv' }, token = 'admin') {
  asked.length = 0;
  reads.length = 0;
  const answer = await server.inject({
    url: `/api/v1${path}`,
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
  return { ...answer, status: answer.statusCode, lines: answer.body.split('\r\n').slice(0, -1) };
}

describe('a list as a table', () => {
  for (const [title, path, name] of [
    ['by cursor', '/things/7/items?colour=red', 'items'],
    ['by offset', '/small-lists', 'small-lists'],
  ] as const) {
    test(`has all rows, ${title}, with a header`, async () => {
      Object.assign(world, { rows: 1_234, note: '=1', knows: true });
      const { status, headers, lines } = await ask(path);
      assert.equal(status, 200);
      assert.equal(headers['content-type'], 'text/csv; charset=utf-8');
      assert.equal(headers['content-disposition'], `attachment; filename="${name}.csv"`);
      assert.equal(headers['x-truncated'], 'false');
      assert.equal(headers['cache-control'], 'no-store');
      assertEqual(lines.slice(0, 2), ['id,note', "0,'=1"]);
      assert.equal(lines.length, 1_235);
      assert.equal(lines.at(-1), "1233,'=1");
      assert.equal(asked.length, 3);
    });
  }

  test('keeps the filters, and ignores the page', async () => {
    Object.assign(world, { rows: 3, knows: true });
    const { lines } = await ask('/things/7/items?colour=red&offset=2&limit=1');
    assert.equal(lines.length, 4);
    assertEqual(asked, [{ colour: 'red', limit: 500 }]);
  });

  test('has its header without rows', async () => {
    world.rows = 0;
    assertEqual((await ask('/small-lists')).lines, ['id,note']);
  });

  test('ends at the most rows, and says before them that more match', async () => {
    for (const [rows, knows, isTruncated] of [
      [MOST_ROWS + 1, true, 'true'],
      [MOST_ROWS, false, 'false'],
      [MOST_ROWS + 1, false, 'true'],
    ] as const) {
      Object.assign(world, { rows, knows });
      const { headers, lines } = await ask('/things/7/items');
      assert.equal(lines.length, MOST_ROWS + 1);
      assert.equal(headers['x-truncated'], isTruncated, `${rows} ${knows}`);
    }
  });

  for (const [accept, isTable] of [
    ['text/csv', true],
    ['TEXT/CSV; q=0.9, */*;q=0.1', true],
    ['text/csv, application/json;q=0.5', true],
    ['application/json', false],
    ['*/*', false],
    ['text/*', false],
    ['text/csv;q=0', false],
    ['application/json, text/csv', false],
    ['text/csv;q=0.2, application/json;q=0.3', false],
  ] as const) {
    test(`is ${isTable ? 'sent' : 'not sent'} to a request that accepts ${accept}`, async () => {
      Object.assign(world, { rows: 2, knows: true });
      const { headers } = await ask('/small-lists', { accept });
      assert.equal(String(headers['content-type']).startsWith('text/csv'), isTable);
    });
  }

  test('is not for partners, who get JSON', async () => {
    const { headers } = await ask('/small-lists', { accept: 'text/csv' }, 'partner');
    assert.match(String(headers['content-type']), /json/);
  });

  test('refuses what the list refuses, in JSON', async () => {
    const { status, headers } = await ask('/small-lists?colour=red');
    assert.equal(status, 422);
    assert.match(String(headers['content-type']), /json/);
  });

  test('is recorded once as a read of personal data, and not sent without its record', async () => {
    Object.assign(world, { rows: 1_234, knows: true });
    await ask('/things/7/items?colour=red&limit=1');
    const operation = 'GET /api/v1/things/:id/items';
    assertEqual(reads, [{ operation, userId: '7', filters: ['colour'] }]);
    world.isAudited = false;
    const refused = await ask('/things/7/items');
    world.isAudited = true;
    assert.equal(refused.status, 422);
    assert.equal(refused.json().error.code, 'VALIDATION_ERROR');
  });
});

describe('a client', () => {
  const MANY = { rows: MOST_ROWS, note: 'x'.repeat(2_000), knows: true };

  /** A connection that reads nothing until it is told to. */
  async function download(): Promise<Socket> {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.pause();
    socket.write(
      'GET /api/v1/things/7/items HTTP/1.1\r\nhost: x\r\naccept: text/csv\r\nauthorization: Bearer admin\r\n\r\n',
    );
    return socket;
  }

  test('that does not read is waited for, and one that leaves ends the reading', async () => {
    Object.assign(world, MANY);
    asked.length = 0;
    const socket = await download();
    await until(() => asked.length >= 2);
    for (let turn = 0; turn < 300; turn += 1) await setImmediate();
    const sent = asked.length;
    assert.ok(sent < 20, `${sent} pages were read for a client that reads none`);
    socket.resume();
    await until(() => asked.length > sent);
    socket.destroy();
    await until(async () => (await ask('/small-lists')).status === 200);
    const after = asked.length;
    for (let turn = 0; turn < 300; turn += 1) await setImmediate();
    assert.equal(asked.length, after);
  });

  test('beyond the fourth is refused for a moment', async () => {
    Object.assign(world, MANY);
    asked.length = 0;
    const sockets = [await download(), await download(), await download(), await download()];
    const refused = await until(async () => {
      const answer = await ask('/small-lists');
      return answer.status === 503 ? answer : undefined;
    });
    assert.equal(refused.json().error.code, 'OVERLOADED');
    assert.equal((await ask('/small-lists', { accept: 'application/json' })).status, 200);
    for (const socket of sockets) socket.destroy();
    world.rows = 1;
    await until(async () => (await ask('/small-lists')).status === 200);
  });

  test('is disconnected when the server closes', async () => {
    Object.assign(world, MANY);
    asked.length = 0;
    const socket = await download();
    await until(() => asked.length >= 2);
    socket.resume();
    const closed = once(socket, 'close');
    await server.close();
    await closed;
  });
});
