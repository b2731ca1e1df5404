import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { COMMON_HEADERS } from './common-headers.ts';
import type { Routes } from './route.ts';

/** A scrape reads the database, so concurrent scrapes share one result. */
function scraper(registry: Registry): () => Promise<string> {
  let underWay: Promise<string> | undefined;
  return () => {
    underWay ??= registry.metrics().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}

/** Serves the metrics on the port of the API or of the worker, if configured. */
export function metricsRoute(registry: Registry): Routes {
  const scrape = scraper(registry);
  return (server) => {
    const options = { schema: { hide: true }, config: { access: 'public' }, logLevel: 'silent' } as const;
    server.get('/metrics', options, async (_request, reply) => {
      reply.header('content-type', registry.contentType);
      return scrape();
    });
  };
}

/**
 * Creates a server for `GET /metrics` only, on its own port. It does not use Fastify, so that metrics stay available
 * while requests overload the API.
 */
export function createMetricsServer(registry: Registry): Server {
  const scrape = scraper(registry);
  const server = createServer({ headersTimeout: 5_000, requestTimeout: 5_000 }, answer);
  server.maxConnections = 32;
  server.timeout = 15_000;

  async function answer({ method, url }: IncomingMessage, response: ServerResponse): Promise<void> {
    const isScrape = url?.split('?')[0] === '/metrics';
    if (!isScrape) return end(response, 404, 'Only /metrics is here.\n');
    if (method !== 'GET' && method !== 'HEAD') return end(response.setHeader('allow', 'GET, HEAD'), 405, '');
    try {
      const text = await scrape();
      end(response.setHeader('content-type', registry.contentType), 200, text);
    } catch {
      end(response, 500, '');
    }
  }
  return server;
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...COMMON_HEADERS, 'content-length': Buffer.byteLength(text) }).end(text);
}
