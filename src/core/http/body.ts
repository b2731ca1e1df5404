import type { FastifyRequest } from 'fastify';
import type { Message } from '../signatures.ts';
import { decodeBody, parseJson, parseNdjson } from './json.ts';
import type { HttpServer } from './route.ts';

/** A body as it came, until it is known to be its sender's and is read. */
class ReceivedBody {
  readonly bytes: Buffer;
  readonly read: (text: string) => unknown;

  constructor(bytes: Buffer, read: (text: string) => unknown) {
    this.bytes = bytes;
    this.read = read;
  }
}

const MEDIA_TYPES = { 'application/json': parseJson, 'application/x-ndjson': parseNdjson };

export function addBodies(server: HttpServer): void {
  server.removeAllContentTypeParsers();
  for (const [type, read] of Object.entries(MEDIA_TYPES)) {
    server.addContentTypeParser(type, { parseAs: 'buffer' }, async (_request: unknown, bytes: Buffer) =>
      // A client that sets the header on a request without a body means no body.
      bytes.length === 0 ? undefined : new ReceivedBody(bytes, read),
    );
  }
  server.addHook('preValidation', readBody);
}

/** A signature is over bytes, so it is checked first; the bytes are let go of with it. */
async function readBody(request: FastifyRequest): Promise<void> {
  const received = request.body instanceof ReceivedBody ? request.body : undefined;
  const caller = request.authenticatedCaller;
  if (caller?.type === 'partner' && request.method !== 'GET' && request.method !== 'HEAD')
    await caller.requireSignature(messageOf(request, received?.bytes));
  if (received !== undefined) request.body = received.read(decodeBody(received.bytes));
}

/** Without a body, what is signed is the empty text. */
function messageOf({ headers }: FastifyRequest, body: Buffer = Buffer.alloc(0)): Message {
  return {
    id: only(headers['webhook-id']),
    timestamp: only(headers['webhook-timestamp']),
    signature: only(headers['webhook-signature']),
    body,
  };
}

function only(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(' ') : header;
}
