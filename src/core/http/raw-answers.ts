import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { newId } from '../id.ts';
import { COMMON_HEADERS } from './common-headers.ts';
import { methodNotAllowed } from './errors.ts';

/*
 * Answers to bytes that never reach Fastify. They too have the envelope, an id and the security headers.
 */

type RawAnswer = {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details: object;
  readonly headers?: Readonly<Record<string, string>>;
};

const NO_HTTP = invalid(400, 'This is not a valid HTTP request.', 'must be HTTP/1.1');
const CLIENT_ERRORS: Readonly<Record<string, RawAnswer>> = {
  ERR_HTTP_REQUEST_TIMEOUT: invalid(408, 'The request took too long to arrive.', 'must arrive in time'),
  HPE_HEADER_OVERFLOW: invalid(431, 'The headers are too large.', 'must have less than 16 KiB of headers'),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: invalid(413, 'The chunk extensions are too large.', 'must be HTTP/1.1'),
};
const EXPECTATION = invalid(417, 'The expectation cannot be met.', 'may expect 100-continue only');

/** Answers requests that Node would answer with a bare status, or not at all. */
export function answerRawRequests(server: Server): void {
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const { status, headers, body } = completed(EXPECTATION);
    response.writeHead(status, headers).end(body);
  });
  server.on('connect', ({ method = '' }: IncomingMessage, socket: Socket) => {
    const { code, message, details } = methodNotAllowed({ method, allowed: [] });
    endWithRawAnswer(socket, { status: 405, code, message, details, headers: { allow: '' } });
  });
}

/** For Fastify, which passes on what Node could not parse. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  // The previous request has no response yet: the client would take this response for it.
  const { _httpMessage: underWay } = socket as Socket & { _httpMessage?: ServerResponse | null };
  if (underWay?.req.complete) socket.destroy();
  else {
    stopReading(socket);
    answerSoon(socket, CLIENT_ERRORS[error.code ?? ''] ?? NO_HTTP);
  }
}

/** A refused request must not be processed: the rest of a late one may still arrive. */
function stopReading(socket: Socket): void {
  socket.pause();
}

/** Node checks for late requests each second: a thousand that arrived together are late together. */
const ANSWERS_PER_TURN = 20;
const waiting: { readonly socket: Socket; readonly answer: RawAnswer }[] = [];

function answerSoon(socket: Socket, answer: RawAnswer): void {
  if (waiting.push({ socket, answer }) === 1) setImmediate(answerSome);
}

/** Other requests are processed in between. */
function answerSome(): void {
  for (const { socket, answer } of waiting.splice(0, ANSWERS_PER_TURN)) endWithRawAnswer(socket, answer);
  if (waiting.length > 0) setImmediate(answerSome);
}

/** The last answer on a connection. */
export function endWithRawAnswer(socket: Socket, answer: RawAnswer): void {
  stopReading(socket);
  const { status, headers, body } = completed(answer);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
}

function completed({ status, code, message, details, headers }: RawAnswer) {
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

function invalid(status: number, message: string, reason: string): RawAnswer {
  const details = { violations: [{ field: 'request', reason }] };
  return { status, code: 'VALIDATION_ERROR', message, details };
}
