import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';

/*
 * The platform chooses the id of each request, for the log and the audit log: a caller that chose it could disguise a
 * request as another one. A client's own id is echoed, and is in the log beside ours.
 */

export function clientRequestId(headers: IncomingHttpHeaders): string | undefined {
  const id = headers['x-request-id'];
  return typeof id === 'string' && /^[\w.-]{1,128}$/.test(id) ? id : undefined;
}

/** `X-Request-Id` of the answer. */
export function shownRequestId({ id, headers }: Pick<FastifyRequest, 'id' | 'headers'>): string {
  return clientRequestId(headers) ?? id;
}
