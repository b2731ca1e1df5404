import { once } from 'node:events';
import { connect as openSocket, type Socket } from 'node:net';
import type { Caller, OpenCaller } from './pace.ts';
import { headerOf, type Response, readResponse } from './response.ts';
import type { Request } from './scenarios.ts';
import type { Answer } from './tally.ts';

const API = '/api/v1';

/** Shared by all connections: the bytes are parsed before the next read can overwrite them. */
const INBOX = Buffer.alloc(64 * 1024);

/** Callers over HTTP, spread over these addresses. */
export function httpCallers(urls: readonly string[]): OpenCaller<Request> {
  return (number) => {
    const url = urls[number % urls.length];
    if (url === undefined) throw new RangeError('a load needs an address');
    return httpCaller(new URL(url));
  };
}

/** On a bare socket, because the generator takes its processor time from the platform: ADR 0025. */
function httpCaller(url: URL): Caller<Request> {
  let socket: Socket | undefined;
  let unread: Buffer | undefined;
  let waiting: ((response: Response | undefined) => void) | undefined;

  function open(): Socket {
    const opened = openSocket({
      host: url.hostname,
      port: Number(url.port),
      noDelay: true,
      onread: { buffer: INBOX, callback: (length) => read(INBOX.subarray(0, length)) },
    });
    // What follows is the end of the connection.
    opened.on('error', () => undefined);
    opened.on('close', () => {
      socket = undefined;
      unread = undefined;
      settle(undefined);
    });
    return opened;
  }

  function read(chunk: Buffer): boolean {
    const bytes = unread === undefined ? chunk : Buffer.concat([unread, chunk]);
    let response: Response | undefined;
    try {
      response = readResponse(bytes);
    } catch {
      socket?.destroy();
      return true;
    }
    unread = response === undefined ? Buffer.from(bytes) : undefined;
    if (response !== undefined) settle(response);
    return true;
  }

  function settle(response: Response | undefined): void {
    const answered = waiting;
    waiting = undefined;
    answered?.(response);
  }

  function send(request: Request, answered: (answer: Answer | undefined) => void): void {
    waiting = (response) => answered(response && answerOf(request, response));
    socket ??= open();
    socket.write(messageOf(request, url.host));
  }

  async function connect(): Promise<void> {
    socket = open();
    await once(socket, 'connect');
  }

  async function close(): Promise<void> {
    socket?.destroy();
  }

  return { send, connect, close };
}

function messageOf({ method, path, headers, body = '' }: Request, host: string): string {
  let head = `${method} ${API}${path} HTTP/1.1\r\nhost: ${host}\r\n`;
  for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
  if (method === 'POST') head += `content-length: ${Buffer.byteLength(body)}\r\n`;
  return `${head}\r\n${body}`;
}

function answerOf({ purchases, isBatch }: Request, response: Response): Answer {
  const { status } = response;
  const retryAfter = status >= 400 ? headerOf(response, 'retry-after') : undefined;
  const hasRetryAfter = retryAfter !== undefined;
  if (isBatch !== true) {
    return {
      status,
      purchases,
      done: 1,
      hasRetryAfter,
      ...(hasRetryAfter && { retryAfter_seconds: Number(retryAfter) }),
    };
  }
  const recorded = status === 200 ? countRecorded(response.body()) : 0;
  return { status, purchases: recorded, done: recorded, hasRetryAfter };
}

function countRecorded(body: string): number {
  const { results } = JSON.parse(body) as { results: { status: number }[] };
  return results.filter(({ status }) => status === 201).length;
}
