import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { verifySignature } from '../../src/core/secrets/signatures.ts';

export type ReceivedMessage = {
  readonly id: string;
  readonly headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: tests read bodies of every shape, and assert what they read
  readonly event: any;
  /** Whether one of these secrets has signed it. @throws INVALID_SIGNATURE. */
  readonly verify: (secret: string, now: Temporal.Instant) => void;
};

type Respond = (response: ServerResponse, message: ReceivedMessage) => void;

const accept: Respond = (response) => response.writeHead(204).end();

/** A real receiver of webhooks, on a port of its own. It accepts everything unless the test says otherwise. */
export async function openReceiver() {
  const messages: ReceivedMessage[] = [];
  const behaviour = { respond: accept };
  const server = http.createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request));
    const message = readMessage(request, body);
    messages.push(message);
    behaviour.respond(response, message);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/webhooks`,
    host: `127.0.0.1:${port}`,
    messages,
    /** Takes out what has arrived. */
    take: () => messages.splice(0),
    answer(respond: Respond | number): void {
      behaviour.respond =
        typeof respond === 'number' ? (response) => response.writeHead(respond).end('no') : respond;
    },
    accept(): void {
      behaviour.respond = accept;
    },
    closeConnections: () => server.closeAllConnections(),
  };
}

function readMessage({ headers }: IncomingMessage, body: Buffer): ReceivedMessage {
  const header = (name: string) => String(headers[name]);
  const id = header('webhook-id');
  return {
    id,
    headers,
    event: JSON.parse(body.toString()),
    verify: (secret, now) =>
      void verifySignature(
        {
          id,
          timestamp: header('webhook-timestamp'),
          signature: header('webhook-signature'),
          body,
        },
        [secret],
        now,
      ),
  };
}
