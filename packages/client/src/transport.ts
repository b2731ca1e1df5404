import { ApiError, ConnectionError, readRefusal } from './errors.ts';
import { delayBeforeRetry, pause, type RetryOptions } from './retries.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** How the platform knows the caller. */
export type Authorization = {
  /** Adds headers to an attempt. */
  readonly authorize: (attempt: {
    readonly method: string;
    readonly headers: Headers;
    readonly body: Bytes;
  }) => Promise<void>;
  /** After a 401 with this code: whether the request may be sent again, with other headers than the refused ones. */
  readonly renew: (refused: Headers, code: string | undefined) => Promise<boolean>;
};

export type TransportOptions = {
  readonly fetch: typeof globalThis.fetch;
  readonly retry: RetryOptions | undefined;
  /** The time for one attempt in milliseconds. */
  readonly timeoutMs: number;
  /** Sends bodies of a kilobyte or more in gzip. */
  readonly gzip: boolean;
};

export type Transport = ReturnType<typeof createTransport>;

/** What was sent for an answer, and how often. */
type Sent = { readonly request: string; readonly attempts: number };

const LEAST_BYTES_TO_COMPRESS = 1_024;

/** Sends requests until they have an answer that stands. */
export function createTransport({ fetch, retry, timeoutMs, gzip }: TransportOptions) {
  const sentFor = new WeakMap<Response, Sent>();

  /** @throws ConnectionError without an answer, and the reason of the request's signal if it is aborted. */
  async function send(
    request: Request,
    {
      isRepeatable,
      authorization,
    }: { readonly isRepeatable: boolean; readonly authorization?: Authorization },
  ): Promise<Response> {
    const body: Bytes = new Uint8Array(await request.arrayBuffer());
    const isCompressed =
      gzip && body.length >= LEAST_BYTES_TO_COMPRESS && !request.headers.has('content-encoding');
    const sent = isCompressed ? await compress(body) : body;
    let mayRenew = true;
    // An attempt with a token that has expired does not count: it changed nothing.
    for (let attempt = 1; ; ) {
      const headers = new Headers(request.headers);
      if (isCompressed) headers.set('content-encoding', 'gzip');
      await authorization?.authorize({ method: request.method, headers, body: sent });
      const { response, error } = await reach(request, headers, sent);
      const result = await resultOf(response);
      if (result.status === 401 && mayRenew && (await authorization?.renew(headers, result.code))) {
        mayRenew = false;
        continue;
      }
      const delayMs = delayBeforeRetry(result, attempt, isRepeatable, retry);
      if (delayMs === undefined && response !== undefined) {
        sentFor.set(response, { request: nameOf(request), attempts: attempt });
        return response;
      }
      if (delayMs === undefined) throw unreachable(request, attempt, error);
      await pause(delayMs, request.signal);
      attempt += 1;
    }
  }

  /** One attempt. The answer is read to its end, because a connection may also break in its middle. */
  async function reach(request: Request, headers: Headers, body: Bytes) {
    const { method, url, signal } = request;
    try {
      const answer = await fetch(url, {
        method,
        headers,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        ...(body.length > 0 && { body }),
      });
      const bytes = await answer.arrayBuffer();
      const { status, statusText } = answer;
      const response = new Response(bytes.byteLength > 0 ? bytes : null, {
        status,
        statusText,
        headers: answer.headers,
      });
      return { response };
    } catch (error) {
      signal.throwIfAborted();
      return { error };
    }
  }

  return {
    send,
    /** The error of an answer that is none of 2xx. `body` is what was read of it. */
    errorOf(response: Response, body: unknown): ApiError | ConnectionError {
      const { request = '', attempts = 1 } = sentFor.get(response) ?? {};
      const { status, headers } = response;
      const refusal = readRefusal(body);
      if (refusal !== undefined)
        return new ApiError(refusal, {
          request,
          status,
          attempts,
          requestId: headers.get('x-request-id') ?? undefined,
        });
      const message = `The server is not ClickNBack: it answered with status ${status}.`;
      return new ConnectionError(message, { request, attempts });
    },
  };
}

async function resultOf(response: Response | undefined) {
  const refusal = response === undefined || response.ok ? undefined : readRefusal(await jsonOf(response));
  return {
    status: response?.status,
    code: refusal?.code,
    isOutcomeUnknown: refusal?.details.outcome === 'unknown',
    retryAfter: response?.headers.get('retry-after') ?? null,
  };
}

/** The body of an answer as JSON, which stays readable. Undefined if it is not JSON. */
export async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.clone().json();
  } catch {
    return undefined;
  }
}

async function compress(body: Bytes): Promise<Bytes> {
  const stream = new Blob([body]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function unreachable(request: Request, attempts: number, cause: unknown): ConnectionError {
  const { origin } = new URL(request.url);
  const sent = { request: nameOf(request), attempts };
  return new ConnectionError(`The platform at ${origin} does not answer.`, sent, { cause });
}

function nameOf({ method, url }: Request): string {
  return `${method} ${new URL(url).pathname}`;
}
