import type { FastifyRequest } from 'fastify';
import { type DomainError, OutcomeUnknown, serviceUnavailable } from '../errors.ts';
import type { HttpServer } from './route.ts';

/**
 * Sends a response to each request within this time, even if the handler still waits.
 * Fastify's own `handlerTimeout` works only for requests without a body: it clears its timer when the request stream
 * closes, and Node closes the stream as soon as the body has been read.
 */
export function respondWithin(server: HttpServer, timeout_ms: number): void {
  server.addHook('onRequest', (request, reply, done) => {
    const timer = setTimeout(() => {
      // A response whose headers are sent has begun in time, however long its body takes.
      if (!reply.sent && !reply.raw.headersSent) void reply.send(lateResponse(request));
    }, timeout_ms);
    reply.raw.once('close', () => clearTimeout(timer));
    done();
  });
}

/** The handler continues after this response. If it may change data, its outcome is unknown. */
function lateResponse({ method }: FastifyRequest): DomainError {
  const changesNothing = method === 'GET' || method === 'HEAD';
  return changesNothing ? serviceUnavailable({ retry_after_seconds: 2 }) : new OutcomeUnknown(undefined);
}
