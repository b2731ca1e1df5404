import { Client, type Dispatcher } from 'undici';
import type { Caller, OpenCaller } from './pace.ts';
import type { Request } from './scenarios.ts';
import type { Answer } from './tally.ts';

const API = '/api/v1';

/** Callers over HTTP, spread over these addresses. */
export function httpCallers(urls: readonly string[]): OpenCaller<Request> {
  return (number) => {
    const url = urls[number % urls.length];
    if (url === undefined) throw new RangeError('a load needs an address');
    return httpCaller(url);
  };
}

/** undici's lowest layer: what a caller costs here, the platform does not get. */
function httpCaller(url: string): Caller<Request> {
  const client = new Client(url, {
    pipelining: 1,
    // A platform that does not answer ends the run some other way; a timer for each of thousands costs it its pace.
    headersTimeout: 0,
    bodyTimeout: 0,
  });

  function send(request: Request, answered: (answer: Answer | undefined) => void): void {
    const { method, path, headers, body = null, purchases, isBatch } = request;
    const chunks: Buffer[] = [];
    let status = 0;
    let hasRetryAfter = false;
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart() {},
      onResponseStart(_controller, statusCode, responseHeaders) {
        status = statusCode;
        hasRetryAfter = statusCode >= 400 && responseHeaders['retry-after'] !== undefined;
      },
      onResponseData(_controller, chunk) {
        if (isBatch) chunks.push(chunk);
      },
      onResponseEnd() {
        const recorded = isBatch && status === 200 ? countRecorded(chunks) : purchases;
        answered({ status, purchases: recorded, done: isBatch ? recorded : 1, hasRetryAfter });
      },
      onResponseError() {
        answered(undefined);
      },
    };
    client.dispatch({ method, path: API + path, headers, body }, handler);
  }

  /** Uses it once, as undici opens none before. */
  async function connect(): Promise<void> {
    const { body } = await client.request({ method: 'GET', path: '/health/live' });
    await body.dump();
  }

  return { send, connect, close: () => client.destroy() };
}

function countRecorded(chunks: readonly Buffer[]): number {
  const { results } = JSON.parse(Buffer.concat(chunks).toString()) as { results: { status: number }[] };
  return results.filter(({ status }) => status === 201).length;
}
