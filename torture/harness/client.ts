import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';

const API = '/api/v1';

export type Request = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** The path below /api/v1, unless it begins with /health or /metrics. */
  readonly path: string;
  /** An access token or a partner's key. */
  readonly token?: string;
  /** Sent as JSON. Text and bytes are sent unchanged. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeout_ms?: number;
};

export type Reply = {
  /** The status. 0 if the connection ended, or no response came in time. */
  readonly status: number;
  /** The body, parsed if it is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: areas read bodies of every shape, and judge what they read
  readonly body: any;
  readonly headers: IncomingHttpHeaders;
  /** The reason for a missing response. */
  readonly lost?: string;
  readonly ms: number;
};

export type Client = {
  /** Sends a request once. Never rejects, because a lost connection is a result. */
  readonly send: (url: string, request: Request) => Promise<Reply>;
  readonly close: () => void;
};

/** Opens a client with up to `connections` keep-alive connections per address. */
export function openClient({ connections = 64 } = {}): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });

  function send(url: string, { method, path, token, body, headers, timeout_ms = 30_000 }: Request) {
    const started = performance.now();
    const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
    const payload =
      body === undefined || isRaw ? (body as string | Buffer | undefined) : JSON.stringify(body);
    const to = new URL(url);
    return new Promise<Reply>((resolve) => {
      const settle = (reply: Omit<Reply, 'ms'>) => {
        clearTimeout(timer);
        resolve({ ...reply, ms: performance.now() - started });
      };
      const lose = (lost: string) => settle({ status: 0, body: undefined, headers: {}, lost });
      const sent = httpRequest(
        {
          agent,
          host: to.hostname,
          port: to.port,
          method,
          path: /^\/(health|metrics|docs|openapi)/.test(path) ? path : `${API}${path}`,
          headers: {
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
            ...(payload !== undefined && {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(payload),
            }),
            ...headers,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', (error: NodeJS.ErrnoException) => lose(error.code ?? error.message));
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            settle({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: readBody(text, response.headers['content-type']),
            });
          });
        },
      );
      const timer = setTimeout(() => sent.destroy(new Error(`no answer in ${timeout_ms} ms`)), timeout_ms);
      sent.on('error', (error: NodeJS.ErrnoException) => lose(error.code ?? error.message));
      sent.end(payload);
    });
  }

  return { send, close: () => agent.destroy() };
}

function readBody(text: string, type = ''): unknown {
  if (!type.includes('json') || text === '') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The code of a refusal, such as `OVERLOADED`. */
export function codeOf({ body }: Pick<Reply, 'body'>): string | undefined {
  return body?.error?.code;
}
