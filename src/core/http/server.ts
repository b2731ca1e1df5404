import { createServer } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type RouteOptions,
} from 'fastify';
import type { AccessLog } from '../access-log.ts';
import type { Authenticate, Caller } from '../caller.ts';
import type { Clock } from '../clock.ts';
import { newId } from '../id.ts';
import type { Logger } from '../observability/logging.ts';
import type { Metrics } from '../observability/metrics.ts';
import { shedLoad } from '../overload/load-shedding.ts';
import { addAccessLog } from './access-log.ts';
import { addAuthentication } from './authentication.ts';
import { addBodies } from './body.ts';
import { COMMON_HEADERS } from './common-headers.ts';
import { boundConnections, oneAtATime } from './connections.ts';
import { allowOrigins } from './cors.ts';
import { serveTables } from './csv-lists.ts';
import { drainConnections } from './draining.ts';
import { handleError } from './errors.ts';
import { type ApiDescription, registerOpenApi } from './openapi.ts';
import { respondToClientError, respondToRawRequests } from './raw-responses.ts';
import { clientRequestId, shownRequestId } from './request-ids.ts';
import { checkRequestLines, type FindPage } from './request-line.ts';
import { respondWithin } from './response-deadline.ts';
import type { HttpServer } from './route.ts';
import { compileBody, compileHeaders, compileQuery, compileText } from './validation.ts';

const BODY_LIMIT_BYTES = 64 * 1024;
/** Each request gets a response within this time, even if the database does not respond. Clients wait about 15 seconds. */
const RESPONSE_DEADLINE_MS = 14_000;
const SOCKETS = {
  // Checked by `checkRequestLines` instead, because Node's own response has no error envelope.
  requireHostHeader: false,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  // Longer than load balancers keep an idle connection, so that the load balancer closes it first.
  keepAliveTimeout: 72_000,
  connectionsCheckingInterval: 1_000,
};

const COMPILERS = {
  params: compileText,
  querystring: compileQuery,
  headers: compileHeaders,
  body: compileBody,
};

export async function createHttpServer(options: {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly authenticate: Authenticate;
  /** Without it, neither reads nor refusals are recorded. */
  readonly accessLog?: AccessLog;
  readonly clock: Clock;
  /** The proxies whose `X-Forwarded-For` is trusted: none, a number of hops, or networks. */
  readonly trustProxy: false | number | string[];
  readonly maxConnections: number;
  /** The origins of web pages that may call the API from a browser. None by default. */
  readonly corsOrigins?: readonly string[];
  readonly api: ApiDescription;
  readonly publicUrl: string;
  readonly apiDocs: boolean;
  /** Finds the page for a path that is no route. */
  readonly findPage?: FindPage | undefined;
}): Promise<HttpServer> {
  const server = Fastify({
    loggerInstance: options.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: () => newId(),
    trustProxy: trustedProxies(options.trustProxy),
    bodyLimit: BODY_LIMIT_BYTES,
    serverFactory: (handle) => createServer(SOCKETS, oneAtATime(handle)),
    forceCloseConnections: 'idle',
    // During shutdown, requests on open connections are still processed instead of getting a 503 without a body.
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true },
    frameworkErrors: (error, request, reply) => {
      addCommonHeaders(request, reply);
      return handleError(error, request, reply);
    },
    clientErrorHandler: respondToClientError,
  }).withTypeProvider<TypeBoxTypeProvider>();

  server.decorateRequest('authenticatedCaller', undefined);
  server.decorateRequest('refusal', undefined);
  server.setErrorHandler(handleError);
  server.setValidatorCompiler(({ schema, httpPart }) =>
    COMPILERS[httpPart as keyof typeof COMPILERS](schema as never),
  );
  addObservation(server, options.metrics);
  drainConnections(server);
  respondToRawRequests(server.server);
  boundConnections(server.server, options);

  server.addHook('onSend', (request, reply, _payload, done) => {
    addCommonHeaders(request, reply);
    done();
  });
  respondWithin(server, RESPONSE_DEADLINE_MS);
  await allowOrigins(server, options.corsOrigins ?? []);
  checkRequestLines(server, options.findPage);
  const { api, publicUrl, apiDocs } = options;
  await registerOpenApi(server, { api, publicUrl, isServed: apiDocs });
  server.addHook('onRoute', requireAccess);
  shedLoad(server);
  addAuthentication(server, options.authenticate, options.clock);
  if (options.accessLog !== undefined) addAccessLog(server, options.accessLog);
  addBodies(server);
  serveTables(server);
  return server;
}

/**
 * The last `hops` addresses of the way are those of proxies: the one of the socket, then from the right those of
 * `X-Forwarded-For`. A function, because Fastify trusts no proxy if it gets a number.
 */
function trustedProxies(trusted: false | number | string[]) {
  return typeof trusted === 'number' ? (_address: string, hop: number) => hop < trusted : trusted;
}

/** Adds the headers of every response. Called separately for invalid URLs, which are refused before any hook runs. */
function addCommonHeaders(request: FastifyRequest, reply: FastifyReply): void {
  const ownCacheControl = reply.getHeader('cache-control');
  const ownPolicy = reply.getHeader('content-security-policy');
  reply.headers(COMMON_HEADERS).header('x-request-id', shownRequestId(request));
  if (ownCacheControl !== undefined) reply.header('cache-control', ownCacheControl);
  if (ownPolicy !== undefined) reply.header('content-security-policy', ownPolicy);
}

/** Ensures that no route is public by omission. Hidden routes and routes without a schema must state their access too. */
function requireAccess({ method, url, config }: RouteOptions): void {
  const { access, scope, permission } = config ?? {};
  if (access === undefined) throw new Error(`${method} ${url} must state in config.access who may call it`);
  if (access.includes('partner') !== (scope !== undefined))
    throw new Error(`${method} ${url} must name a scope if partners may call it, and only then`);
  const isForStaff = access.includes('admin') && !access.includes('user');
  if (isForStaff && method !== 'GET' && method !== 'HEAD' && permission === undefined)
    throw new Error(`${method} ${url} must name the permission of administrators`);
}

function addObservation(server: HttpServer, metrics: Metrics): void {
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    const { statusCode } = reply;
    const duration_ms = reply.elapsedTime;
    metrics.httpRequestDuration.observe(
      { method: request.method, route, status: statusCode },
      duration_ms / 1000,
    );
    request.log.info(
      {
        method: request.method,
        route,
        status: statusCode,
        // V8 caches the texts of numbers. Rounding to tenths makes them repeat.
        duration_ms: Math.round(duration_ms * 10) / 10,
        client_request_id: clientRequestId(request.headers),
        ...callerFields(request.authenticatedCaller),
        refusal: request.refusal,
      },
      `${request.method} ${route} ${statusCode}`,
    );
    done();
  });
}

/** The caller in the log, by ids only. */
function callerFields(caller: Caller | undefined) {
  if (caller === undefined) return {};
  return caller.type === 'partner' ? { partner_id: caller.id, key_id: caller.keyId } : { user_id: caller.id };
}
