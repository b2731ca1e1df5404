import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from '../certificate.ts';
import type { Api } from '../platform.ts';
import { type Bench, buying, inWords, peakOf, type Section, send } from './section.ts';

/** Each round measures all loads, so that a slow drift of the machine touches them alike. */
const ROUNDS = 3;

export const WITHOUT_WORKER = 'no worker';
export const WITHOUT_SUBSCRIBER = 'a worker, no subscriber';
export const WITH_ENDPOINT = 'one endpoint, sent later';
const BESIDE = 'one endpoint, sent beside';

/**
 * Ingestion with and without a subscriber to all purchases, where other machines run the workers. Last the same with a
 * worker on this machine, which takes its processor time from the others.
 */
export const webhooks: Section = {
  name: 'webhooks',
  needs: 'single',
  run: async (bench) => {
    const receiver = await openReceiver();
    const api = await bench.startApi('src/main.ts', { ...receiver.environment, RUN_JOBS: 'false' });
    const startWorker = () => bench.startApi('src/main.ts', receiver.environment);
    const measure = (load: string) => measureIngestion(bench, api, load);
    try {
      for (let round = 0; round < ROUNDS; round += 1) {
        await measure(WITHOUT_WORKER);
        const worker = await startWorker();
        await measure(WITHOUT_SUBSCRIBER);
        await worker.stop();
        const endpoint = await subscribe(bench, api, receiver.url);
        await measure(WITH_ENDPOINT);
        await endpoint.remove();
      }
      await subscribe(bench, api, receiver.url);
      const worker = await startWorker();
      await measure(BESIDE);
      await worker.stop();
    } finally {
      receiver.close();
      await api.stop();
    }
  },
};

async function measureIngestion(bench: Bench, api: Api, load: string): Promise<void> {
  const { measure, programme, seconds } = bench;
  const { connections } = peakOf(bench);
  await measure({
    name: 'webhooks',
    load: `${inWords(connections)}, ${load}`,
    apis: [api],
    run: () => send([api], { kind: 'purchases', ...buying(programme) }, { connections, seconds }),
  });
}

/** An endpoint of the operator for all events of purchases. */
async function subscribe({ programme }: Bench, api: Api, url: string) {
  const call = (method: string, path: string, body?: object) =>
    fetch(`${api.url}/api/v1/webhook-endpoints${path}`, {
      method,
      headers: {
        authorization: `Bearer ${programme.tokenOfAdmin()}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const created = await call('POST', '', { url, event_types: ['purchase.*'] });
  if (created.status !== 201) throw new Error(`no endpoint: ${await created.text()}`);
  const { id } = (await created.json()) as { id: string };
  return { remove: () => call('DELETE', `/${id}`) };
}

/** Accepts everything, over HTTPS as in production. */
async function openReceiver() {
  const directory = mkdtempSync(join(tmpdir(), 'clicknback-bench-receiver-'));
  const { key, cert, file } = makeCertificate(directory);
  const server = https.createServer({ key, cert }, (request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(204).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}/`,
    environment: { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.1', NODE_EXTRA_CA_CERTS: file },
    close: () => {
      server.closeAllConnections();
      server.close();
      rmSync(directory, { recursive: true });
    },
  };
}
