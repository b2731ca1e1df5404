import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { invalidToken } from '../../../src/core/caller.ts';
import { createHttpServer } from '../../../src/core/http/server.ts';
import { createMetrics } from '../../../src/core/metrics.ts';

test('a route that is full refuses before it looks at the caller, and not at once', async (t) => {
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
  const config = { access: ['user'] as const, isFull: () => full };
  server.post('/things', { config }, async () => ({}));
  await server.ready();
  const post = () =>
    server.inject({ method: 'POST', url: '/things', headers: { authorization: 'Bearer some.access.token' } });

  t.mock.timers.enable({ apis: ['setTimeout'] });
  let isAnswered = false;
  const refused = post().finally(() => {
    isAnswered = true;
  });
  const settle = async () => {
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  await settle();
  t.mock.timers.tick(1_999);
  await settle();
  assert.equal(isAnswered, false);
  t.mock.timers.tick(1_001);
  const answer = await refused;

  assert.equal(answer.statusCode, 503);
  assert.equal(answer.json().error.code, 'OVERLOADED');
  assert.equal(answer.headers['retry-after'], '1');
  assert.equal(looks, 0);

  full = false;
  assert.equal((await post()).statusCode, 401);
  assert.equal(looks, 1);
});
