import { Client } from 'undici';
import type { Caller, OpenCaller } from './pace.ts';
import type { Request } from './scenarios.ts';
import type { Answer } from './tally.ts';

const API = '/api/v1';
/** Costs the platform next to nothing. */
const PROBE = '/health/live';

/** Callers over HTTP, spread over these addresses. */
export function httpCallers(urls: readonly string[]): OpenCaller<Request> {
  return (number) => {
    const url = urls[number % urls.length];
    if (url === undefined) throw new RangeError('a load needs an address');
    return httpCaller(url);
  };
}

/** A client of its own has one connection, and opens another one when that is lost. */
function httpCaller(url: string): Caller<Request> {
  const client = new Client(url, { pipelining: 1 });
  return {
    send: async (request) => {
      const response = await respond(client, request);
      return response && answerOf(request, response);
    },
    connect: async () => {
      const { body } = await client.request({ method: 'GET', path: PROBE });
      await body.dump();
    },
    close: () => client.destroy(),
  };
}

type Response = { readonly status: number; readonly retryAfter: unknown; readonly text: () => string };

/** `dispatch`, because `request` makes a stream of each body: 20 µs more, see ADR 0040. */
function respond(client: Client, { method, path, headers, body }: Request): Promise<Response | undefined> {
  return new Promise((resolve) => {
    let status = 0;
    let retryAfter: unknown;
    const chunks: Buffer[] = [];
    client.dispatch(
      { method, path: `${API}${path}`, headers, body: body ?? null },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_controller, code, head) => {
          status = code;
          retryAfter = head['retry-after'];
        },
        onResponseData: (_controller, chunk) => void chunks.push(chunk),
        onResponseEnd: () => resolve({ status, retryAfter, text: () => Buffer.concat(chunks).toString() }),
        onResponseError: () => resolve(undefined),
      },
    );
  });
}

function answerOf({ purchases, isBatch }: Request, { status, retryAfter, text }: Response): Answer {
  const hasRetryAfter = status >= 400 && retryAfter !== undefined;
  if (isBatch !== true) {
    return {
      status,
      purchases,
      done: 1,
      hasRetryAfter,
      ...(hasRetryAfter && { retryAfter_seconds: Number(retryAfter) }),
    };
  }
  const recorded = status === 200 ? countRecorded(text()) : 0;
  return { status, purchases: recorded, done: recorded, hasRetryAfter };
}

function countRecorded(body: string): number {
  const { results } = JSON.parse(body) as { results: { status: number }[] };
  return results.filter(({ status }) => status === 201).length;
}
