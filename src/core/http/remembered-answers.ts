import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const pack = promisify(gzip);

type Answer = {
  readonly type: string;
  readonly plain: Buffer;
  readonly packed: Buffer;
  readonly tag: string;
};

/**
 * Makes each public, unchanging answer of the routes registered after it once: it is compressed, kept in memory and
 * sent from there. Not for answers that depend on more than the path.
 */
export function rememberAnswers(server: FastifyInstance): void {
  const answers = new Map<string, Answer>();

  server.addHook('onRequest', async (request, reply) => {
    const answer = answers.get(keyOf(request) ?? '');
    if (answer !== undefined) return reply.send(chooseForm(answer, request, reply));
  });

  server.addHook('onSend', async (request, reply, payload: unknown) => {
    const key = keyOf(request);
    if (key === undefined || answers.has(key) || request.method !== 'GET' || reply.statusCode !== 200)
      return payload;
    const plain =
      typeof payload === 'string' ? Buffer.from(payload) : await buffer(payload as AsyncIterable<Buffer>);
    const answer = {
      type: String(reply.getHeader('content-type')),
      plain,
      packed: await pack(plain, { level: 9 }),
      tag: `W/"${createHash('sha256').update(plain).digest('base64url')}"`,
    };
    answers.set(key, answer);
    return chooseForm(answer, request, reply);
  });
}

/** Of what has one spelling only: there are as many keys as answers. */
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
