import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import { pino } from 'pino';
import { Gauge, Registry } from 'prom-client';
import { readConfig } from '../../../src/config.ts';
import { createMetricsServer } from '../../../src/core/http/metrics-server.ts';
import { listenForMetrics } from '../../../src/startup/listen.ts';
import { startTestPlatform } from '../../support/platform.ts';
import { until } from '../../support/until.ts';

const logger = pino({ level: 'silent' });

describe('metrics', () => {
  test('are on their own port, and not on the port of the API', async () => {
    const { platform } = await startTestPlatform({ environment: { METRICS_PORT: '0' } });
    assert.equal((await platform.server.inject('/metrics')).statusCode, 404);

    const url = await opened(platform.metricsServer, { port: 0, isPortChosen: true });
    const answer = await fetch(`${url}/metrics`);

    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/);
    assert.match(await answer.text(), /^process_cpu_seconds_total /m);
    assert.equal((await fetch(`${url}/api/v1/offers`)).status, 404);
    assert.equal((await fetch(`${url}/metrics`, { method: 'POST' })).status, 405);
  });

  test('may be off', async () => {
    const { platform } = await startTestPlatform({ environment: { METRICS_PORT: 'off' } });
    assert.equal(platform.metricsServer, undefined);
    assert.equal((await platform.server.inject('/metrics')).statusCode, 404);
  });

  test('are on the port of the API where both have the same number', async () => {
    const { platform } = await startTestPlatform({ environment: { METRICS_PORT: '8000' } });
    assert.equal(platform.metricsServer, undefined);
    assert.equal((await platform.server.inject('/metrics')).statusCode, 200);
  });

  test('are collected once for concurrent scrapes', async () => {
    let collections = 0;
    let requests = 0;
    const database = Promise.withResolvers<void>();
    const registry = new Registry();
    new Gauge({
      name: 'answer',
      help: 'To everything',
      registers: [registry],
      async collect() {
        collections += 1;
        await database.promise;
        this.set(42);
      },
    });
    const server = createMetricsServer(registry);
    server.on('request', () => {
      requests += 1;
    });
    const url = await opened(server, { port: 0, isPortChosen: true });

    const texts = Array.from({ length: 5 }, async () => (await fetch(`${url}/metrics`)).text());
    await until(async () => requests === 5);
    database.resolve();

    assert.ok((await Promise.all(texts)).every((text) => text.includes('answer 42')));
    assert.equal(collections, 1);
  });
});

describe('the port of the metrics', () => {
  test('is replaced by any free port if it is taken and not configured', async () => {
    const { port } = await heldPort();
    const url = await opened(createMetricsServer(new Registry()), { port, isPortChosen: false });
    assert.notEqual(new URL(url).port, String(port));
    assert.equal((await fetch(`${url}/metrics`)).status, 200);
  });

  test('that was chosen and is taken is one clear sentence', async () => {
    const { port } = await heldPort();
    await assert.rejects(opened(createMetricsServer(new Registry()), { port, isPortChosen: true }), {
      name: 'StartupError',
      message: `Port ${port} is taken: stop what listens there, or choose another with METRICS_PORT.`,
    });
  });

  test('is 9464 on loopback, and chosen by METRICS_PORT and METRICS_HOST', () => {
    const metricsOf = (environment: NodeJS.ProcessEnv) => readConfig(environment).metrics;
    assert.deepEqual(metricsOf({}), { host: 'localhost', port: 9464, isPortChosen: false });
    assert.deepEqual(metricsOf({ METRICS_PORT: '9464', METRICS_HOST: '0.0.0.0' }), {
      host: '0.0.0.0',
      port: 9464,
      isPortChosen: true,
    });
    assert.equal(metricsOf({ METRICS_PORT: 'off' }).port, undefined);
  });
});

async function opened(
  server: Server | undefined,
  { port, isPortChosen }: { port: number; isPortChosen: boolean },
): Promise<string> {
  assert.ok(server);
  after(() => server.close());
  await listenForMetrics(server, { host: '127.0.0.1', port, isPortChosen }, logger);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function heldPort(): Promise<AddressInfo> {
  const holder = createServer().listen(0, '127.0.0.1');
  after(() => holder.close());
  await once(holder, 'listening');
  return holder.address() as AddressInfo;
}
