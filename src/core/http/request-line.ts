import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type DomainError, notFound, ruleViolation } from '../errors.ts';
import { methodNotAllowed } from './errors.ts';
import type { HttpServer } from './route.ts';

/** Node drops or joins a repeated header, so a proxy could interpret the request differently. */
const SENT_ONCE = new Set([
  'host',
  'authorization',
  'content-type',
  'content-encoding',
  'content-length',
  'idempotency-key',
  'webhook-id',
  'webhook-timestamp',
]);

/** A page for paths that are no routes, such as those of an app in the browser. */
export type Page = { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer };

export type FindPage = (request: FastifyRequest) => Page | undefined;

/**
 * Refuses ambiguous headers before anything else of a request is read, and unknown routes unless `findPage` has a page.
 */
export function checkRequestLines(server: HttpServer, findPage: FindPage = () => undefined): void {
  const respond = (request: FastifyRequest, reply: FastifyReply) =>
    respondToUnknownRoute(request, reply, findPage);
  server.addHook('onRequest', (request, reply, done) => {
    const fault = headerFault(request.raw);
    if (fault !== undefined) done(fault);
    else if (request.is404) respond(request, reply);
    else done();
  });
  server.setNotFoundHandler(respond);
}

function headerFault({ rawHeaders, headers, httpVersion }: IncomingMessage): DomainError | undefined {
  if (headers.host === undefined && httpVersion === '1.1') return headerError('Host', 'is required');
  // `headers` has each name once. If `rawHeaders` has no more names than that, none is repeated.
  if (rawHeaders.length === 2 * Object.keys(headers).length) return undefined;
  const name = repeatedHeader(rawHeaders);
  return name === undefined ? undefined : headerError(name, 'must be sent once');
}

function repeatedHeader(rawHeaders: readonly string[]): string | undefined {
  const names = rawHeaders.filter((_, index) => index % 2 === 0);
  const seen = new Set<string>();
  return names.find((given) => {
    const name = given.toLowerCase();
    const isRepeated = seen.has(name) && SENT_ONCE.has(name);
    seen.add(name);
    return isRepeated;
  });
}

function headerError(field: string, reason: string) {
  return ruleViolation({ violations: [{ field, reason }] });
}

/** Sends a page or 404, or 405 if the path has other methods, or the methods of the path for OPTIONS. */
function respondToUnknownRoute(
  request: FastifyRequest,
  reply: FastifyReply,
  findPage: FindPage,
): FastifyReply {
  const { method, server } = request;
  const [path = ''] = request.url.split('?');
  const found = server.supportedMethods.filter(
    (other) => other !== 'OPTIONS' && server.findRoute({ method: other, url: path }),
  );
  const allowed = [...found, 'OPTIONS'];
  const page = found.length === 0 ? findPage(request) : undefined;
  if (page !== undefined) return reply.headers(page.headers).send(page.body);
  // If the route exists, it serves files and the file is missing.
  if (found.length === 0 || found.includes(method)) return reply.send(notFound('route', `${method} ${path}`));
  if (method !== 'OPTIONS') return reply.send(methodNotAllowed({ method, allowed }));
  return reply.code(204).header('allow', allowed.join(', ')).send();
}
