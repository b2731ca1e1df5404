import { gunzipSync } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { validationError } from '../errors.ts';
import type { Message } from '../secrets/signatures.ts';
import { payloadTooLarge, unsupportedMediaType } from './errors.ts';
import { decodeBody, readJson, readNdjson, type UnparsedBody } from './json.ts';
import type { HttpServer } from './route.ts';

/** The received bytes of a body. Signature, size and content are not checked yet. */
class ReceivedBody {
  readonly bytes: Buffer;
  readonly isLines: boolean;

  constructor(bytes: Buffer, isLines: boolean) {
    this.bytes = bytes;
    this.isLines = isLines;
  }
}

const LINE_TYPES = ['application/x-ndjson', 'application/jsonl'];

/** Media types of a list body. */
export const LIST_TYPES = ['application/json', ...LINE_TYPES];

export function addBodies(server: HttpServer): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    LIST_TYPES,
    { parseAs: 'buffer' },
    async ({ mediaType = '' }: FastifyRequest, bytes: Buffer) =>
      bytes.length === 0 ? undefined : new ReceivedBody(bytes, LINE_TYPES.includes(mediaType)),
  );
  server.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: unknown, bytes: Buffer) => {
    if (bytes.length > 0) throw unsupportedMediaType();
  });
  server.decorateRequest('itemCount', 1);
  server.addHook('onRequest', forgetTypeOfNoBody);
  server.addHook('preValidation', readBody);
}

/** An empty body counts as no body. Its content type is ignored, even if it is unknown or malformed. */
function forgetTypeOfNoBody({ headers }: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  const length = headers['content-length'] ?? '0';
  if (length === '0' && headers['transfer-encoding'] === undefined) delete headers['content-type'];
  done();
}

/**
 * Checks a body in steps, cheap ones first: the signature of the received bytes, the size, the rate limits of the route,
 * the content. A request that fails at one step does not reach the next one.
 */
async function readBody(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const received = request.body instanceof ReceivedBody ? request.body : undefined;
  const { authenticatedCaller: caller, method, routeOptions } = request;
  const schema = routeOptions.schema?.body as BodySchema | undefined;
  if (caller?.type === 'partner' && method !== 'GET' && method !== 'HEAD')
    await caller.requireSignature(messageOf(request, received?.bytes));

  const { maxItems = Number.POSITIVE_INFINITY } = schema ?? {};
  const body = received && unparsedOf(received, request, schema);
  request.itemCount = Math.min(body?.items ?? 1, maxItems);
  for (const limit of routeOptions.config.limits ?? []) await limit(request, reply);

  if (body !== undefined && body.items > maxItems) throw malformed(`must have at most ${maxItems} items`);
  if (body !== undefined) request.body = body.parse();
  else request.body = isOptionalBody(schema) ? {} : undefined;
}

type BodySchema = {
  readonly type?: string;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly maxItems?: number;
};

/** A body may be omitted if it has no required fields. */
export function isOptionalBody(schema: BodySchema | undefined): boolean {
  return schema?.type === 'object' && !schema.required && !schema.minProperties;
}

function unparsedOf(
  { bytes, isLines }: ReceivedBody,
  { headers, routeOptions }: FastifyRequest,
  schema: BodySchema | undefined,
): UnparsedBody | undefined {
  if (isLines && schema?.type !== 'array') throw unsupportedMediaType();
  const text = decodeBody(unpack(bytes, headers['content-encoding'], routeOptions.bodyLimit));
  if (text === '') return undefined;
  const { maxFields } = routeOptions.config;
  return isLines ? readNdjson(text, schema?.maxItems, maxFields) : readJson(text, maxFields);
}

/** @throws PAYLOAD_TOO_LARGE as soon as the decompressed bytes exceed `limit`. */
function unpack(bytes: Buffer, encoding = 'identity', limit: number): Buffer {
  if (encoding === 'identity') return bytes;
  if (!/^(x-)?gzip$/i.test(encoding)) throw unsupportedMediaType({ content_encoding: encoding });
  try {
    // Synchronous: it takes at most about two milliseconds, and password hashes may fill the thread pool.
    return gunzipSync(bytes, { maxOutputLength: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw payloadTooLarge();
    throw malformed('must be complete gzip');
  }
}

/** The signature of a request without a body covers the empty text. */
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

function malformed(reason: string) {
  return validationError({ violations: [{ field: 'body', reason }] });
}
