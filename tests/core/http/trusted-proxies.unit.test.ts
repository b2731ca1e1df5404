import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { API_DESCRIPTION } from '../../../src/api-description.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { createHttpServer } from '../../../src/core/http/server.ts';
import { createMetrics } from '../../../src/core/observability/metrics.ts';
import { fake } from '../../support/fakes.ts';

const CASES: readonly {
  readonly trustProxy: false | number | string[];
  readonly forwardedFor: string;
  readonly address: string;
}[] = [
  { trustProxy: false, forwardedFor: '203.0.113.1', address: '127.0.0.1' },
  { trustProxy: 1, forwardedFor: '203.0.113.1, 198.51.100.7', address: '198.51.100.7' },
  { trustProxy: 2, forwardedFor: '203.0.113.1, 198.51.100.7, 10.0.0.1', address: '198.51.100.7' },
  { trustProxy: ['127.0.0.0/8'], forwardedFor: '203.0.113.1, 198.51.100.7', address: '198.51.100.7' },
  { trustProxy: ['127.0.0.1', '10.0.0.0/8'], forwardedFor: '203.0.113.1, 10.0.0.1', address: '203.0.113.1' },
  { trustProxy: ['10.0.0.0/8'], forwardedFor: '203.0.113.1', address: '127.0.0.1' },
];

for (const { trustProxy, forwardedFor, address } of CASES) {
  test(`the client of "${forwardedFor}" is ${address} if ${trustProxy} is trusted`, async () => {
    const server = await createHttpServer({
      logger: pino({ level: 'silent' }),
      metrics: createMetrics(),
      clock: systemClock,
      authenticate: async () => fake({}),
      trustProxy,
      maxConnections: 10,
      api: API_DESCRIPTION,
      publicUrl: 'http://localhost',
      apiDocs: false,
    });
    server.get('/ip', { config: { access: 'public' } }, async ({ ip }) => ip);

    const answer = await server.inject({ url: '/ip', headers: { 'x-forwarded-for': forwardedFor } });

    assert.equal(answer.body, address);
  });
}
