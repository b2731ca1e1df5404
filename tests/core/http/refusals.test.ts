import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { invalidToken } from '../../../src/core/caller.ts';
import { refusals } from '../../../src/core/http/refusals.ts';
import { createHttpServer } from '../../../src/core/http/server.ts';
import { createMetrics } from '../../../src/core/observability/metrics.ts';

test('a route that is full refuses before it looks at the caller, and not at once', async (t) => {
  const { arrive, looks, refused, setFull, secondsObserved } = await thingsServer(t);
  const pass = holdTime(t);
  let isAnswered = false;
  const call = await arrive();
  const answered = call.answered.finally(() => {
    isAnswered = true;
  });
  await pass(2_000);
  assert.equal(isAnswered, false);
  await pass(100);
  const answer = await answered;

  assert.equal(answer.status, 503);
  const { error } = (await answer.json()) as { error: { code: string } };
  assert.equal(error.code, 'OVERLOADED');
  assert.equal(answer.headers.get('retry-after'), '1');
  assert.equal(looks(), 0);
  assert.equal(refused(), 1);
  const seconds = await secondsObserved();
  assert.ok(seconds >= 2 && seconds < 2.5, `${seconds} seconds were observed`);

  setFull(false);
  const later = await arrive();
  assert.equal((await later.answered).status, 401);
  assert.equal(looks(), 1);
});

test('who was held back is refused, also when there is room by then', async (t) => {
  const { arrive, setFull } = await thingsServer(t);
  const pass = holdTime(t);
  const { answered } = await arrive();
  setFull(false);
  await pass(2_100);

  assert.equal((await answered).status, 503);
});

test('nobody is refused who has hung up', async (t) => {
  const { server, arrive, refused } = await thingsServer(t);
  const connections = new Set<Socket>();
  server.server.on('connection', (socket) => connections.add(socket));
  const pass = holdTime(t);
  const call = new AbortController();
  const { answered } = await arrive(call.signal);
  const given = assert.rejects(answered);
  const [connection] = connections;
  assert.ok(connection);
  const closed = once(connection, 'close');
  call.abort();
  await Promise.all([given, closed]);
  await pass(8_000);

  assert.equal(refused(), 0);
});

test('a server that closes holds nobody back any longer', async (t) => {
  const { server, arrive } = await thingsServer(t);
  const pass = holdTime(t);
  const { answered } = await arrive();
  const closed = server.close();
  await pass(0);
  await pass(100);

  assert.equal((await answered).status, 503);
  await closed;
});

test('refusals are told at a pace, and none later than after eight seconds', async (t) => {
  const { arrive, told } = fullRoutes();
  const pass = holdTime(t);
  const callers = 1_700;
  for (let caller = 0; caller < callers; caller += 1) arrive('POST', '/things');

  await pass(2_000);
  assert.equal(told(), 0);
  await pass(1_000);
  assert.equal(told(), 250);
  await pass(4_900);
  assert.equal(told(), 250 * 5.9);
  await pass(100);
  assert.equal(told(), callers);
});

test('a route is full however its address is written, and no other is for that', (t) => {
  holdTime(t);
  for (const [method, url, isHeldBack] of [
    ['POST', '/things', true],
    ['POST', '/things/', true],
    ['POST', '/things?now', true],
    ['PATCH', '/things/one/part', true],
    ['PATCH', '/things/two/part/?now', true],
    ['GET', '/things', false],
    ['POST', '/things/one', false],
    ['POST', '/things/one/part', false],
    ['PATCH', '/things//part', false],
    ['PATCH', '/things/one/part/of', false],
    ['POST', '/more/things', false],
  ] as const) {
    const { arrive, told } = fullRoutes();
    arrive(method, url);
    assert.equal(told(), isHeldBack ? 0 : 1, `${method} ${url}`);
  }
});

async function thingsServer(t: TestContext) {
  let refused = 0;
  let looks = 0;
  let full = true;
  const metrics = createMetrics();
  const server = await createHttpServer({
    logger: pino({ level: 'silent' }),
    metrics,
    authenticate: async () => {
      looks += 1;
      throw invalidToken();
    },
    trustProxy: false,
    maxConnections: 10_000,
    apiDocs: false,
    publicUrl: 'http://localhost',
  });
  server.addHook('onError', async () => {
    refused += 1;
  });
  server.post('/things', { config: { access: ['user'], isFull: () => full } }, async () => ({}));
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  t.after(() => {
    server.server.closeAllConnections();
    return server.close();
  });
  return {
    server,
    refused: () => refused,
    looks: () => looks,
    setFull: (value: boolean) => {
      full = value;
    },
    secondsObserved: async () => {
      const { values } = await metrics.httpRequestDuration.get();
      return values.find(({ metricName = '' }) => metricName.endsWith('_sum'))?.value ?? 0;
    },
    /** A call that has arrived. */
    arrive: async (signal: AbortSignal = new AbortController().signal) => {
      const arrived = once(server.server, 'request');
      const headers = { authorization: 'Bearer some.access.token' };
      const answered = fetch(`${address}/things`, { method: 'POST', headers, signal });
      await arrived;
      return { answered };
    },
  };
}

/** Two routes that are full, without a server. */
function fullRoutes() {
  let told = 0;
  const { guard, holdingBack } = refusals();
  const config = { access: ['user' as const], isFull: () => true };
  const handler = () => undefined;
  guard({ method: 'POST', url: '/things', config, handler });
  guard({ method: ['PATCH', 'DELETE'], url: '/things/:id/part', config, handler });
  const listen = holdingBack(() => {
    told += 1;
  });
  const response = {} as ServerResponse;
  return {
    told: () => told,
    arrive: (method: string, url: string) =>
      listen({ method, url, destroyed: false } as IncomingMessage, response),
  };
}

/** From now on time passes only by what is returned. */
function holdTime(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  return async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 100) t.mock.timers.tick(100);
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
}
