import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

type CachedResponse = {
  readonly type: string;
  readonly plain: Buffer;
  readonly packed: Buffer;
  readonly tag: string;
};

/**
 * Caches the responses of all routes that are registered later on this server. They are compressed once and sent from
 * memory. Only for public routes whose responses depend on nothing but the path.
 */
export function cacheResponses(server: FastifyInstance): void {
  /** Contains promises, so that concurrent requests share the work. */
  const responses = new Map<string, Promise<CachedResponse | undefined>>();
  const resolvers = new WeakMap<FastifyRequest, (response: CachedResponse | undefined) => void>();

  server.addHook('onRequest', async (request, reply) => {
    const key = keyOf(request);
    if (key === undefined) return;
    const known = responses.get(key);
    if (known === undefined && request.method === 'GET') {
      const { promise, resolve } = Promise.withResolvers<CachedResponse | undefined>();
      responses.set(key, promise);
      resolvers.set(request, resolve);
    }
    const response = await known;
    if (response !== undefined) return reply.send(chooseForm(response, request, reply));
  });

  server.addHook('onSend', async (request, reply, payload: unknown) => {
    const resolve = resolvers.get(request);
    if (resolve === undefined) return payload;
    if (reply.statusCode !== 200) {
      responses.delete(keyOf(request) ?? '');
      resolve(undefined);
      return payload;
    }
    const response = await prepare(payload, String(reply.getHeader('content-type')));
    resolve(response);
    return chooseForm(response, request, reply);
  });
}

async function prepare(payload: unknown, type: string): Promise<CachedResponse> {
  const plain = typeof payload === 'string' ? Buffer.from(payload) : await buffer(payload as Readable);
  return {
    type,
    plain,
    packed: await promisify(zlib.gzip)(plain, { level: 9 }),
    tag: `W/"${createHash('sha256').update(plain).digest('base64url')}"`,
  };
}

/** Each response has exactly one key, so the number of keys is bounded. */
function keyOf({ routeOptions, params }: FastifyRequest): string | undefined {
  const { '*': file = '' } = params as { '*'?: string };
  return routeOptions.url !== undefined && /^[\w.-]*$/.test(file) ? `${routeOptions.url} ${file}` : undefined;
}

function chooseForm(
  response: CachedResponse,
  { headers }: FastifyRequest,
  reply: FastifyReply,
): Buffer | null {
  const isCurrent = headers['if-none-match']?.includes(response.tag) === true;
  const isPacked = !isCurrent && /\bgzip\b(?!\s*;\s*q=0)/.test(String(headers['accept-encoding']));
  const body = isPacked ? response.packed : response.plain;
  for (const name of ['last-modified', 'accept-ranges', 'content-length']) reply.removeHeader(name);
  reply.headers({ etag: response.tag, 'cache-control': 'public, max-age=300', vary: 'accept-encoding' });
  if (isCurrent) {
    reply.code(304).removeHeader('content-type');
    return null;
  }
  reply.headers({ 'content-type': response.type, 'content-length': body.length });
  if (isPacked) reply.header('content-encoding', 'gzip');
  return body;
}
