import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

type Answer = {
  readonly type: string;
  readonly plain: Buffer;
  readonly packed: Buffer;
  readonly tag: string;
};

/**
 * Caches the public, static responses of the routes registered after it: compressed once, and sent from memory. Not for
 * responses that depend on more than the path.
 */
export function rememberAnswers(server: FastifyInstance): void {
  /** Includes responses in progress, so that concurrent requests share the work. */
  const answers = new Map<string, Promise<Answer | undefined>>();
  const makers = new WeakMap<FastifyRequest, (answer: Answer | undefined) => void>();

  server.addHook('onRequest', async (request, reply) => {
    const key = keyOf(request);
    if (key === undefined) return;
    const known = answers.get(key);
    if (known === undefined && request.method === 'GET') {
      const { promise, resolve } = Promise.withResolvers<Answer | undefined>();
      answers.set(key, promise);
      makers.set(request, resolve);
    }
    const answer = await known;
    if (answer !== undefined) return reply.send(chooseForm(answer, request, reply));
  });

  server.addHook('onSend', async (request, reply, payload: unknown) => {
    const resolve = makers.get(request);
    if (resolve === undefined) return payload;
    if (reply.statusCode !== 200) {
      answers.delete(keyOf(request) ?? '');
      resolve(undefined);
      return payload;
    }
    const answer = await answerOf(payload, String(reply.getHeader('content-type')));
    resolve(answer);
    return chooseForm(answer, request, reply);
  });
}

async function answerOf(payload: unknown, type: string): Promise<Answer> {
  const plain = typeof payload === 'string' ? Buffer.from(payload) : await buffer(payload as Readable);
  return {
    type,
    plain,
    packed: await promisify(zlib.gzip)(plain, { level: 9 }),
    tag: `W/"${createHash('sha256').update(plain).digest('base64url')}"`,
  };
}

/** Keys have only one spelling, so there are as many keys as responses. */
function keyOf({ routeOptions, params }: FastifyRequest): string | undefined {
  const { '*': file = '' } = params as { '*'?: string };
  return routeOptions.url !== undefined && /^[\w.-]*$/.test(file) ? `${routeOptions.url} ${file}` : undefined;
}

function chooseForm(answer: Answer, { headers }: FastifyRequest, reply: FastifyReply): Buffer | null {
  const isCurrent = headers['if-none-match']?.includes(answer.tag) === true;
  const isPacked = !isCurrent && /\bgzip\b(?!\s*;\s*q=0)/.test(String(headers['accept-encoding']));
  const body = isPacked ? answer.packed : answer.plain;
  for (const name of ['last-modified', 'accept-ranges', 'content-length']) reply.removeHeader(name);
  reply.headers({ etag: answer.tag, 'cache-control': 'public, max-age=300', vary: 'accept-encoding' });
  if (isCurrent) {
    reply.code(304).removeHeader('content-type');
    return null;
  }
  reply.headers({ 'content-type': answer.type, 'content-length': body.length });
  if (isPacked) reply.header('content-encoding', 'gzip');
  return body;
}
