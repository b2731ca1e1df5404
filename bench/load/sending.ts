import { Client, type Dispatcher } from 'undici';
import type { Request } from './scenarios.ts';
import type { Answer } from './tally.ts';

const API = '/api/v1';

/** A connection of one caller: a request at a time. */
export type Caller = {
  /** `answer` is undefined when the connection ended without one. */
  readonly send: (request: Request, answered: (answer: Answer | undefined) => void) => void;
  /** Opens the connection before anything is measured, and uses it once. */
  readonly connect: () => Promise<void>;
  /** Hangs up where there is no answer yet. */
  readonly close: () => Promise<void>;
};

/** undici's lowest layer: what a caller costs here, the platform does not get. */
export function openCaller(url: string): Caller {
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
