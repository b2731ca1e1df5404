import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { after, describe, test } from 'node:test';
import { pino } from 'pino';
import { API_DESCRIPTION } from '../../../src/api-description.ts';
import { type Caller, tokenRevoked, userInactive } from '../../../src/core/caller.ts';
import type { DomainError } from '../../../src/core/errors.ts';
import { createHttpServer } from '../../../src/core/http/server.ts';
import { createMetrics } from '../../../src/core/observability/metrics.ts';
import { testClock } from '../../support/clock.ts';
import { until } from '../../support/until.ts';

const clock = testClock();
const CALLER: Caller = {
  type: 'admin',
  id: 'a',
  permissions: ['money:give'],
  sessionId: 's',
  mustEnrol: false,
  dueProof: null,
  requestId: 'r',
};
let authenticated = 0;
let served = 0;
let present: Caller | DomainError = CALLER;

const server = await createHttpServer({
  logger: pino({ level: 'silent' }),
  metrics: createMetrics(),
  clock,
  authenticate: async () => {
    authenticated += 1;
    if (present instanceof Error) throw present;
    return present;
  },
  trustProxy: false,
  maxConnections: 10,
  api: API_DESCRIPTION,
  apiDocs: false,
  publicUrl: 'http://localhost',
});
server.post('/money', { config: { access: ['admin'], permission: 'money:give' } }, async () => {
  served += 1;
  return { done: true };
});
await server.listen({ port: 0, host: '127.0.0.1' });
after(() => server.close());

/** Sends half of a body, waits until the sender is known, and sends the rest once `meanwhile` is done. */
async function sendSlowly(meanwhile: () => void): Promise<string> {
  authenticated = 0;
  served = 0;
  present = CALLER;
  const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => {
    received += String(chunk);
  });
  const head = 'POST /money HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t\r\nConnection: close\r\n';
  socket.write(`${head}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{`);
  await until(() => authenticated === 1);
  meanwhile();
  socket.write('}');
  await once(socket, 'close');
  return received;
}

describe('a request whose body took longer than a second', () => {
  for (const [title, changed, code] of [
    ['deactivated', userInactive(), 'USER_INACTIVE'],
    ['logged out', tokenRevoked(), 'TOKEN_REVOKED'],
    ['left without the permission', { ...CALLER, permissions: [] }, 'FORBIDDEN'],
    ['made a shopper', { ...CALLER, type: 'user' }, 'FORBIDDEN'],
  ] as const) {
    test(`is refused if its sender was ${title} meanwhile`, async () => {
      const answer = await sendSlowly(() => {
        clock.advance({ milliseconds: 1_001 });
        present = changed as Caller | DomainError;
      });

      assert.ok(answer.includes(`"code":"${code}"`), answer);
      assert.deepEqual([authenticated, served], [2, 0]);
    });
  }

  test('is served if its sender still may', async () => {
    assert.match(await sendSlowly(() => clock.advance({ milliseconds: 1_001 })), /^HTTP\/1\.1 200 /);
    assert.deepEqual([authenticated, served], [2, 1]);
  });
});

test('a request that arrived within a second is authenticated once', async () => {
  assert.match(await sendSlowly(() => clock.advance({ milliseconds: 1_000 })), /^HTTP\/1\.1 200 /);
  assert.deepEqual([authenticated, served], [1, 1]);
});
