import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';

/*
 * The platform chooses the id of each request in the log and the audit log. If callers chose it, they could disguise one
 * request as another. The client's own id is echoed in the response, and logged in addition.
 */

export function clientRequestId(headers: IncomingHttpHeaders): string | undefined {
  const id = headers['x-request-id'];
  return typeof id === 'string' && /^[\w.-]{1,128}$/.test(id) ? id : undefined;
}

/** The header `X-Request-Id` of the response. */
export function shownRequestId({ id, headers }: Pick<FastifyRequest, 'id' | 'headers'>): string {
  return clientRequestId(headers) ?? id;
}
