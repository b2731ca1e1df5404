import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, LogController, type RouteOptions } from 'fastify';
import helmet from 'helmet';
import type { Authenticate, Caller } from '../caller.ts';
import { newId } from '../id.ts';
import type { Logger } from '../logging.ts';
import type { Metrics } from '../metrics.ts';
import { authenticationHook } from './authentication.ts';
import { addBodies } from './body.ts';
import { drainConnections } from './draining.ts';
import { handleError, handleUnknownRoute } from './errors.ts';
import { registerOpenApi } from './openapi.ts';
import { refusals } from './refusals.ts';
import type { HttpServer } from './route.ts';
import { compileBody, compileHeaders, compileText } from './validation.ts';

const BODY_LIMIT_BYTES = 64 * 1024;
const TIMEOUTS = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  // Longer than a load balancer keeps a connection that nobody uses: it is the balancer's to close.
  keepAliveTimeout: 72_000,
  connectionsCheckingInterval: 1_000,
};

const COMPILERS = {
  params: compileText,
  querystring: compileText,
  headers: compileHeaders,
  body: compileBody,
};

export async function createHttpServer(options: {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly authenticate: Authenticate;
  readonly trustProxy: boolean;
  readonly publicUrl: string;
}): Promise<HttpServer> {
  const { guard, holdingBack, stopHolding, refuse, heldBack_ms } = refusals();
  const server = Fastify({
    loggerInstance: options.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: ({ headers }) => acceptedRequestId(headers['x-request-id']) ?? newId(),
    trustProxy: options.trustProxy,
    bodyLimit: BODY_LIMIT_BYTES,
    serverFactory: (handle) => createServer(TIMEOUTS, holdingBack(handle)),
    forceCloseConnections: 'idle',
    // A request that made it onto an open connection is answered as ever, not with a bare 503.
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true },
    frameworkErrors: handleError,
    clientErrorHandler: answerUnparsableRequest,
  }).withTypeProvider<TypeBoxTypeProvider>();

  server.decorateRequest('authenticatedCaller', undefined);
  server.decorateRequest('refusal', undefined);
  server.setErrorHandler(handleError);
  server.setNotFoundHandler(handleUnknownRoute);
  server.setValidatorCompiler(({ schema, httpPart }) =>
    COMPILERS[httpPart as keyof typeof COMPILERS](schema as never),
  );
  addObservation(server, options.metrics, heldBack_ms);
  drainConnections(server);

  addSecurityHeaders(server);
  await registerOpenApi(server, { publicUrl: options.publicUrl });
  server.addHook('onRoute', requireAccess);
  server.addHook('onRoute', guard);
  server.addHook('onRequest', refuse);
  server.addHook('preClose', async () => stopHolding());
  server.addHook('onRequest', authenticationHook(options.authenticate));
  addBodies(server);
  return server;
}

/** Those of helmet, which are the same for every answer: it is asked for them once. */
function addSecurityHeaders(server: HttpServer): void {
  const headers: Record<string, string> = {};
  const answer = {
    setHeader: (name: string, value: string) => {
      headers[name.toLowerCase()] = value;
    },
    removeHeader: () => undefined,
  };
  const setHeaders = helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } });
  setHeaders({} as IncomingMessage, answer as unknown as ServerResponse, (error) => {
    if (error !== undefined) throw error;
  });
  server.addHook('onSend', (_request, reply, _payload, done) => {
    reply.headers(headers);
    done();
  });
}

/** Forgotten is not public: also a hidden route, or one without a schema, says who may call it. */
function requireAccess({ method, url, config }: RouteOptions): void {
  const { access, scope } = config ?? {};
  if (access === undefined) throw new Error(`${method} ${url} does not say who may call it`);
  if (access.includes('partner') !== (scope !== undefined))
    throw new Error(`${method} ${url} must name a scope if partners may call it, and only then`);
}

function acceptedRequestId(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w.-]{1,128}$/.test(header) ? header : undefined;
}

function addObservation(
  server: HttpServer,
  metrics: Metrics,
  heldBack_ms: (request: IncomingMessage) => number,
): void {
  server.addHook('onSend', (request, reply, _payload, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    const { statusCode } = reply;
    const duration_ms = heldBack_ms(request.raw) + reply.elapsedTime;
    metrics.httpRequestDuration.observe(
      { method: request.method, route, status: statusCode },
      duration_ms / 1000,
    );
    request.log.info(
      {
        method: request.method,
        route,
        status: statusCode,
        // V8 keeps the texts of numbers for a while: of tenths there are few.
        duration_ms: Math.round(duration_ms * 10) / 10,
        ...callerFields(request.authenticatedCaller),
        refusal: request.refusal,
      },
      `${request.method} ${route} ${statusCode}`,
    );
    done();
  });
}

/** Who called, in the log: ids only. */
function callerFields(caller: Caller | undefined) {
  if (caller === undefined) return {};
  return caller.type === 'partner' ? { partner_id: caller.id, key_id: caller.keyId } : { user_id: caller.id };
}

/** Bytes that are no HTTP request never reach a route; they too are answered in the envelope. */
function answerUnparsableRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const timedOut = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const body = JSON.stringify({
    error: {
      code: 'VALIDATION_ERROR',
      message: timedOut ? 'The request took too long to arrive.' : 'This is not a valid HTTP request.',
      details: {
        violations: [{ field: 'request', reason: timedOut ? 'must arrive in time' : 'must be HTTP/1.1' }],
      },
    },
  });
  socket.end(
    `HTTP/1.1 ${timedOut ? '408 Request Timeout' : '400 Bad Request'}\r\nConnection: close\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `X-Request-Id: ${newId()}\r\n\r\n${body}`,
  );
}
