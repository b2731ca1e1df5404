import cors, { type FastifyCorsOptions } from '@fastify/cors';
import type { HttpServer } from './route.ts';

/** How long a browser remembers what a preflight request has allowed. */
const MAX_AGE_S = 600;

/**
 * Lets web pages of these origins call the API from a browser. They send tokens in a header and no cookies. To be called
 * before routes and hooks that need to know who calls: a preflight request has no token.
 */
export async function allowOrigins(server: HttpServer, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  const options: FastifyCorsOptions = {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'Content-Encoding', 'Idempotency-Key', 'X-Request-Id'],
    exposedHeaders: ['X-Request-Id', 'Retry-After', 'Idempotency-Replayed', 'X-Truncated'],
    maxAge: MAX_AGE_S,
  };
  await server.register(cors, {
    // Any other OPTIONS request asks for the methods of a path.
    delegator: ({ headers }, done) =>
      done(null, { ...options, preflight: headers['access-control-request-method'] !== undefined }),
  });
}
