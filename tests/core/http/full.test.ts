import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { invalidToken } from '../../../src/core/caller.ts';
import { createHttpServer } from '../../../src/core/http/server.ts';
import { createMetrics } from '../../../src/core/metrics.ts';

test('a route that is full refuses before it looks at the caller, and not at once', async (t) => {
  const { post, looks, refusals, setFull } = await thingsServer(t);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let isAnswered = false;
  const refused = post().finally(() => {
    isAnswered = true;
  });
  await settle();
  t.mock.timers.tick(1_999);
  await settle();
  assert.equal(isAnswered, false);
  t.mock.timers.tick(1);
  const answer = await refused;

  assert.equal(answer.statusCode, 503);
  assert.equal(answer.json().error.code, 'OVERLOADED');
  assert.equal(answer.headers['retry-after'], '1');
  assert.equal(looks(), 0);
  assert.equal(refusals(), 1);

  setFull(false);
  assert.equal((await post()).statusCode, 401);
  assert.equal(looks(), 1);
});

test('refusals are told at a pace, and none later than after eight seconds', async (t) => {
  const { post } = await thingsServer(t);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let answered = 0;
  const callers = 1_700;
  for (let caller = 0; caller < callers; caller += 1) {
    void post().then(() => {
      answered += 1;
    });
  }
  await settle();

  t.mock.timers.tick(3_000);
  await settle();
  assert.ok(answered > 0 && answered < 350, `${answered} told in the first second`);
  t.mock.timers.tick(5_000);
  await settle();
  assert.equal(answered, callers);
});

test('nobody is refused who has hung up', async (t) => {
  const { server, refusals } = await thingsServer(t);
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const connections = new Set<Socket>();
  server.server.on('connection', (socket) => connections.add(socket));
  const arrived = once(server.server, 'request');
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const call = new AbortController();
  const given = assert.rejects(fetch(`${url}/things`, { method: 'POST', signal: call.signal }));
  await arrived;
  const [connection] = connections;
  assert.ok(connection);
  const closed = once(connection, 'close');
  call.abort();
  await Promise.all([given, closed]);
  await settle();

  t.mock.timers.tick(8_000);
  await settle();

  assert.equal(refusals(), 0);
});

async function thingsServer(t: TestContext) {
  let refusals = 0;
  let looks = 0;
  let full = true;
  const server = await createHttpServer({
    logger: pino({ level: 'silent' }),
    metrics: createMetrics(),
    authenticate: async () => {
      looks += 1;
      throw invalidToken();
    },
    trustProxy: false,
    publicUrl: 'http://localhost',
  });
  t.after(() => server.close());
  server.addHook('onError', async () => {
    refusals += 1;
  });
  server.post('/things', { config: { access: ['user'], isFull: () => full } }, async () => ({}));
  await server.ready();
  return {
    server,
    refusals: () => refusals,
    looks: () => looks,
    setFull: (value: boolean) => {
      full = value;
    },
    post: () =>
      server.inject({
        method: 'POST',
        url: '/things',
        headers: { authorization: 'Bearer some.access.token' },
      }),
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
