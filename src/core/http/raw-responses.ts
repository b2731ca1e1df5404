import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { newId } from '../id.ts';
import { COMMON_HEADERS } from './common-headers.ts';
import { methodNotAllowed } from './errors.ts';

/*
 * Responses to bytes that never reach Fastify. They also have the error envelope, a request id and the security headers.
 */

type RawResponse = {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details: object;
  readonly headers?: Readonly<Record<string, string>>;
};

const NO_HTTP = invalid(400, 'This is not a valid HTTP request.', 'must be HTTP/1.1');
const CLIENT_ERRORS: Readonly<Record<string, RawResponse>> = {
  ERR_HTTP_REQUEST_TIMEOUT: invalid(408, 'The request took too long to arrive.', 'must arrive in time'),
  HPE_HEADER_OVERFLOW: invalid(431, 'The headers are too large.', 'must have less than 16 KiB of headers'),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: invalid(413, 'The chunk extensions are too large.', 'must be HTTP/1.1'),
};
const EXPECTATION = invalid(417, 'The expectation cannot be met.', 'may expect 100-continue only');

/** Responds to requests for which Node would send a status without a body, or nothing. */
export function respondToRawRequests(server: Server): void {
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const { status, headers, body } = completed(EXPECTATION);
    response.writeHead(status, headers).end(body);
  });
  server.on('connect', ({ method = '' }: IncomingMessage, socket: Socket) => {
    const { code, message, details } = methodNotAllowed({ method, allowed: [] });
    endWithRawResponse(socket, { status: 405, code, message, details, headers: { allow: '' } });
  });
}

/** Responds to bytes that Node could not parse. Registered with Fastify as `clientErrorHandler`. */
export function respondToClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  // If the previous request has no response yet, the client would mistake this response for it.
  const { _httpMessage: underWay } = socket as Socket & { _httpMessage?: ServerResponse | null };
  if (underWay?.req.complete) socket.destroy();
  else {
    stopReading(socket);
    respondSoon(socket, CLIENT_ERRORS[error.code ?? ''] ?? NO_HTTP);
  }
}

/** Prevents that a refused request is processed after all, when its remaining bytes arrive. */
function stopReading(socket: Socket): void {
  socket.pause();
}

/** Node checks for late requests once per second, so a thousand of them can be late in the same moment. */
const RESPONSES_PER_TURN = 20;
const waiting: { readonly socket: Socket; readonly response: RawResponse }[] = [];

function respondSoon(socket: Socket, response: RawResponse): void {
  if (waiting.push({ socket, response }) === 1) setImmediate(respondToSome);
}

/** Responds in small groups, so that other requests are processed in between. */
function respondToSome(): void {
  for (const { socket, response } of waiting.splice(0, RESPONSES_PER_TURN))
    endWithRawResponse(socket, response);
  if (waiting.length > 0) setImmediate(respondToSome);
}

/** Sends the last response of a connection. */
export function endWithRawResponse(socket: Socket, response: RawResponse): void {
  stopReading(socket);
  const { status, headers, body } = completed(response);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}

function completed({ status, code, message, details, headers }: RawResponse) {
  const body = JSON.stringify({ error: { code, message, details } });
  return {
    status,
    body,
    headers: {
      ...COMMON_HEADERS,
      ...headers,
      connection: 'close',
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      'x-request-id': newId(),
    },
  };
}

function invalid(status: number, message: string, reason: string): RawResponse {
  const details = { violations: [{ field: 'request', reason }] };
  return { status, code: 'VALIDATION_ERROR', message, details };
}
