import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import Fastify from 'fastify';
import { handleError } from '../../../src/core/http/errors.ts';
import { respondWithin } from '../../../src/core/http/response-deadline.ts';
import type { HttpServer } from '../../../src/core/http/route.ts';

/** Over a real socket: only there does the stream of a request close once its body was read. */
const server = Fastify({ forceCloseConnections: true }) as unknown as HttpServer;
server.decorateRequest('refusal', undefined);
server.setErrorHandler(handleError);
respondWithin(server, 50);
const forever = () => new Promise(() => undefined);
server.route({ method: ['GET', 'POST'], url: '/forever', handler: forever });
server.get('/now', async () => 'done');
const url = await server.listen();
after(() => server.close());

/** Its status, and what it says about the outcome. */
async function ask(init: RequestInit = {}) {
  const response = await fetch(`${url}/forever`, init);
  const { error } = (await response.json()) as { error: { details: { outcome?: string } } };
  return [response.status, error.details.outcome];
}

describe('a request that waits forever', () => {
  test('is answered that nothing was done, if it only reads', async () => {
    assert.deepEqual(await ask(), [503, undefined]);
  });

  test('is answered that its outcome is unknown, if it may write', async () => {
    assert.deepEqual(await ask({ method: 'POST' }), [503, 'unknown']);
  });

  test('is answered although its body was read long ago', async () => {
    const headers = { 'content-type': 'application/json' };
    assert.deepEqual(await ask({ method: 'POST', headers, body: '{"amount":1}' }), [503, 'unknown']);
  });
});

test('a request that is answered in time is not disturbed', async () => {
  assert.equal(await (await fetch(`${url}/now`)).text(), 'done');
});
