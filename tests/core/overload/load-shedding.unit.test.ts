import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { API_DESCRIPTION } from '../../../src/api-description.ts';
import { invalidToken } from '../../../src/core/caller.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { createHttpServer } from '../../../src/core/http/server.ts';
import { createMetrics } from '../../../src/core/observability/metrics.ts';

test('a full route refuses before it reads the caller, after two seconds', async (t) => {
  const { arrive, looks, refused, setFull } = await thingsServer(t);
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

  setFull(false);
  const later = await arrive();
  assert.equal((await later.answered).status, 401);
  assert.equal(looks(), 1);
});

test('a delayed request is refused even if capacity has returned', async (t) => {
  const { arrive, setFull } = await thingsServer(t);
  const pass = holdTime(t);
  const { answered } = await arrive();
  setFull(false);
  await pass(2_100);

  assert.equal((await answered).status, 503);
});

test('sends no refusal to a client that has hung up', async (t) => {
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

test('a server that closes delays no refusal', async (t) => {
  const { server, arrive } = await thingsServer(t);
  const pass = holdTime(t);
  const { answered } = await arrive();
  const closed = server.close();
  await pass(0);
  await pass(100);

  assert.equal((await answered).status, 503);
  await closed;
});

test('sends at most 250 refusals a second, and none later than after eight seconds', async (t) => {
  const { server, refused } = await thingsServer(t);
  const pass = holdTime(t);
  const callers = 1_700;
  const answers = Array.from({ length: callers }, () => server.inject({ method: 'POST', url: '/things' }));
  await pass(0);

  await pass(2_000);
  assert.equal(refused(), 0);
  await pass(1_000);
  assert.equal(refused(), 250);
  await pass(4_900);
  assert.equal(refused(), 250 * 5.9);
  await pass(100);
  assert.equal(refused(), callers);
  for (const { statusCode } of await Promise.all(answers)) assert.equal(statusCode, 503);
});

async function thingsServer(t: TestContext) {
  let refused = 0;
  let looks = 0;
  let full = true;
  const server = await createHttpServer({
    logger: pino({ level: 'silent' }),
    metrics: createMetrics(),
    clock: systemClock,
    authenticate: async () => {
      looks += 1;
      throw invalidToken();
    },
    trustProxy: false,
    maxConnections: 10_000,
    api: API_DESCRIPTION,
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

/** From now on time passes only by what is returned. */
function holdTime(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  return async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 100) t.mock.timers.tick(100);
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
}
