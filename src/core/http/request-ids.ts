import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';

/*
 * The platform gives each request an id of its own, which is in the log and in the audit log: a caller who chose it could
 * make a request look like another one. The id that a client sends comes back to it, and stands beside ours in the log.
 */

export function clientRequestId(headers: IncomingHttpHeaders): string | undefined {
  const id = headers['x-request-id'];
  return typeof id === 'string' && /^[\w.-]{1,128}$/.test(id) ? id : undefined;
}

/** `X-Request-Id` of the answer. */
export function shownRequestId({ id, headers }: Pick<FastifyRequest, 'id' | 'headers'>): string {
  return clientRequestId(headers) ?? id;
}
