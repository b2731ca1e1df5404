import type { FastifyRequest } from 'fastify';
import { type DomainError, OutcomeUnknown, serviceUnavailable } from '../errors.ts';
import type { HttpServer } from './route.ts';

/**
 * Answers each request within this time, whatever it waits for.
 * Fastify's own `handlerTimeout` only does so for requests without a body: it clears its timer when the request stream
 * closes, and Node closes that as soon as the body has been read.
 */
export function answerWithin(server: HttpServer, timeout_ms: number): void {
  server.addHook('onRequest', (request, reply, done) => {
    const timer = setTimeout(() => {
      if (!reply.sent) void reply.send(lateAnswer(request));
    }, timeout_ms);
    reply.raw.once('close', () => clearTimeout(timer));
    done();
  });
}

/** The work continues: if it may change anything, its outcome is not known yet. */
function lateAnswer({ method }: FastifyRequest): DomainError {
  const changesNothing = method === 'GET' || method === 'HEAD';
  return changesNothing ? serviceUnavailable({ retry_after_seconds: 2 }) : new OutcomeUnknown(undefined);
}
