import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from '../../bench/certificate.ts';
import { verifySignature } from '../../src/core/secrets/signatures.ts';

/** Answers a genuine message. */
export type Behaviour = (response: ServerResponse, eventId: string) => void;

/** A receiver of webhooks over HTTPS, which verifies each message. */
export type WebhookReceiver = {
  readonly url: string;
  /** The secret of its endpoint. */
  secret: string;
  behaviour: Behaviour;
  /** By event: the time (`performance.now()`) of its first arrival. */
  readonly arrivals: ReadonlyMap<string, number>;
  readonly forged: () => number;
  readonly requests: () => number;
  readonly close: () => void;
};

export const accept: Behaviour = (response) => response.writeHead(204).end();

export const hang: Behaviour = () => undefined;

export async function openWebhookReceiver({ key, cert }: Certificate): Promise<WebhookReceiver> {
  const arrivals = new Map<string, number>();
  let forged = 0;
  let requests = 0;
  const server = https.createServer({ key, cert }, async (request, response) => {
    response.on('error', () => undefined);
    try {
      const body = Buffer.concat(await Array.fromAsync(request));
      requests += 1;
      const id = verified(request, body, receiver.secret);
      if (id === undefined) forged += 1;
      else if (!arrivals.has(id)) arrivals.set(id, performance.now());
      receiver.behaviour(response, id ?? '');
    } catch {
      // The sender was killed while it sent.
    }
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const receiver: WebhookReceiver = {
    url: `https://127.0.0.1:${port}/`,
    secret: '',
    behaviour: accept,
    arrivals,
    forged: () => forged,
    requests: () => requests,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return receiver;
}

/** The id of a genuine message. The clocks of workers are shifted, so its time is taken as it is. */
function verified({ headers }: IncomingMessage, body: Buffer, secret: string): string | undefined {
  const header = (name: string) => String(headers[name]);
  const timestamp = header('webhook-timestamp');
  const now = Temporal.Instant.fromEpochMilliseconds(Number(timestamp) * 1000);
  const message = {
    id: header('webhook-id'),
    timestamp,
    signature: header('webhook-signature'),
    body,
  };
  try {
    return verifySignature(message, [secret], now).id;
  } catch {
    return undefined;
  }
}
