import assert from 'node:assert/strict';
import type { HttpServer } from '../../src/core/http/route.ts';

export type Answer = {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read bodies of every shape, and assert what they read
  readonly body: any;
  readonly headers: Readonly<Record<string, unknown>>;
};

/** Sends a request beneath /api/v1; probes and `/openapi.json` by their own paths. */
export type Api = (
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
  path: string,
  request?: {
    readonly token?: string | undefined;
    readonly body?: unknown;
    readonly headers?: Record<string, string>;
  },
) => Promise<Answer>;

/** Asserts the status and the error code of a refused request. */
export function assertRefused(answer: Answer, status: number, code: string): void {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  assert.equal(answer.body.error.code, code);
}

/** Sends a request without a port. */
export async function inject(
  server: HttpServer,
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
  path: string,
  {
    token,
    body,
    headers = {},
  }: { token?: string | undefined; body?: unknown; headers?: Record<string, string> },
): Promise<Answer> {
  const response = await server.inject({
    method,
    url: path.startsWith('/health') || path === '/openapi.json' ? path : `/api/v1${path}`,
    headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
    ...(body !== undefined && { payload: body as object }),
  });
  const isJson = String(response.headers['content-type']).includes('json');
  return {
    status: response.statusCode,
    body: isJson ? response.json() : response.body,
    headers: response.headers,
  };
}
