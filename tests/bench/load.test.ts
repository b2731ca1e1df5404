import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runLoad } from '../../bench/load/index.ts';
import { runLoop } from '../../bench/load/pace.ts';
import { requestsOf } from '../../bench/load/scenarios.ts';
import { httpCallers } from '../../bench/load/sending.ts';
import { tally } from '../../bench/load/tally.ts';

const BUYING = { partnerKey: 'key', name: 'load', users: ['u1', 'u2'], merchants: ['m1'], days: 3 };
const PURCHASES = { kind: 'purchases', ...BUYING } as const;
const DONE = { status: 201, purchases: 1, done: 1, hasRetryAfter: false };

/** A server on a separate port with these answers, beside the probe with which a caller connects. */
async function startStub(answer: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url === '/health/live') respond(response, 200);
    else answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function respond(response: ServerResponse, status: number, body = '{}', headers = {}): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers }).end(body);
}

describe('a tally', () => {
  test('gives the percentiles of what was done, the highest and the rate', (t) => {
    let now = 1_000;
    t.mock.method(performance, 'now', () => now);
    const counted = tally();
    now = 3_000;
    for (let took_ms = 1; took_ms <= 1_000; took_ms += 1) counted.count(DONE, now - took_ms);
    const { latency, seconds, done, purchases } = counted.result();
    const close = (actual: number, expected: number) => Math.abs(actual - expected) <= expected / 500;
    assert.ok(close(latency.p50, 500), `${latency.p50}`);
    assert.ok(close(latency.p95, 950), `${latency.p95}`);
    assert.ok(close(latency.p99, 990), `${latency.p99}`);
    assert.ok(close(latency.max, 1_000), `${latency.max}`);
    assert.deepEqual({ seconds, done, purchases }, { seconds: 2, done: 1_000, purchases: 1_000 });
  });

  test('counts no time in which nothing but refusals came', async () => {
    const counted = tally();
    counted.count(DONE, performance.now());
    const { seconds } = counted.result();
    await sleep(20);
    counted.count({ ...DONE, status: 503, hasRetryAfter: true }, performance.now());
    assert.equal(counted.result().seconds, seconds);
    assert.ok(tally().result().seconds > 0, 'nor is it unknown where nothing was done');
  });

  test('counts answers by status, and neither refusals nor lost ones as done', () => {
    const counted = tally();
    const now = performance.now();
    counted.count({ ...DONE, status: 200, purchases: 90, done: 90 }, now);
    counted.count({ ...DONE, status: 503, hasRetryAfter: true }, now - 5_000);
    counted.count({ ...DONE, status: 429 }, now - 5_000);
    counted.count({ ...DONE, status: 500 }, now - 5_000);
    counted.count(undefined, now - 5_000);
    const { answers, purchases, done, latency, withoutRetryAfter } = counted.result();
    assert.deepEqual(answers, { 200: 1, 503: 1, 429: 1, 500: 1, lost: 1 });
    assert.deepEqual(
      { purchases, done, withoutRetryAfter },
      { purchases: 90, done: 90, withoutRetryAfter: 1 },
    );
    assert.ok(latency.max < 1_000, 'what a refusal took is not in it');
  });

  test('reports the results of the requests that were due in each second', (t) => {
    let now = 0;
    t.mock.method(performance, 'now', () => now);
    const counted = tally();
    now = 3_500;
    counted.count(DONE, 100);
    counted.count(DONE, 2_900);
    counted.count({ ...DONE, status: 503 }, 2_000);
    const { timeline } = counted.result();
    assert.deepEqual(
      timeline.map(({ done, failed }) => ({ done, failed })),
      [
        { done: 1, failed: 0 },
        { done: 0, failed: 0 },
        { done: 1, failed: 1 },
      ],
    );
    assert.ok((timeline[0]?.p99 ?? 0) >= 3_390);
  });
});

describe('a closed loop', () => {
  test('waits for what is under way at its end, so that all the server did is acknowledged', async () => {
    let seen = 0;
    let open = 0;
    let mostOpen = 0;
    const url = await startStub((_request, response) => {
      seen += 1;
      open += 1;
      mostOpen = Math.max(mostOpen, open);
      setTimeout(() => {
        open -= 1;
        respond(response, 201);
      }, 40);
    });
    // Longer where a busy machine gave the callers no time to come back.
    for (let seconds = 0.3; seen <= 8 || mostOpen < 8; seconds *= 2) {
      assert.ok(seconds < 60, 'callers do not come back');
      seen = 0;
      const pace = { connections: 8, seconds };
      const result = await runLoop(httpCallers([url]), pace, requestsOf(PURCHASES));
      assert.equal(result.purchases, seen);
      assert.deepEqual(result.answers, { 201: seen });
      assert.ok(mostOpen <= 8);
    }
  });

  test('hangs up on who does not answer, some time after its end', async () => {
    let seen = 0;
    const url = await startStub((_request, response) => {
      seen += 1;
      if (seen > 1) respond(response, 201);
    });
    const result = await runLoop(httpCallers([url]), { connections: 2, seconds: 0.3 }, requestsOf(PURCHASES));
    assert.equal(result.answers['hung up'], 1);
    assert.equal(result.purchases, seen - 1);
  });

  test('spreads its callers over all addresses', async () => {
    const counts = [0, 0];
    const urls = await Promise.all(
      counts.map((_, index) =>
        startStub((_request, response) => {
          counts[index] = (counts[index] ?? 0) + 1;
          respond(response, 201);
        }),
      ),
    );
    await runLoop(httpCallers(urls), { connections: 2, seconds: 0.3 }, requestsOf(PURCHASES));
    assert.ok(counts.every((count) => count > 0));
  });

  test('counts a connection that ends without an answer as lost, once for each caller', async () => {
    const url = await startStub((request) => request.socket.destroy());
    const result = await runLoop(httpCallers([url]), { connections: 3, seconds: 0.3 }, requestsOf(PURCHASES));
    assert.deepEqual(result.answers, { lost: 3 });
    assert.equal(result.purchases, 0);
  });

  test('counts an answer that is no HTTP as lost', async () => {
    const url = await startStub((request) => request.socket.end('SMTP\r\n\r\n'));
    const result = await runLoop(httpCallers([url]), { connections: 1, seconds: 0.3 }, requestsOf(PURCHASES));
    assert.deepEqual(result.answers, { lost: 1 });
  });

  test('counts of a batch what its answer says was recorded', async () => {
    const url = await startStub((_request, response) => {
      respond(
        response,
        200,
        JSON.stringify({ results: [{ status: 201 }, { status: 409 }, { status: 201 }] }),
      );
    });
    const batches = requestsOf({ ...PURCHASES, batch: 3 });
    const { answers, purchases, done } = await runLoop(
      httpCallers([url]),
      { connections: 1, seconds: 0.3 },
      batches,
    );
    assert.equal(purchases, 2 * (answers['200'] ?? 0));
    assert.equal(done, purchases);
  });

  test('notices refusals that do not say when to come back', async () => {
    let turn = 0;
    const url = await startStub((_request, response) => {
      turn += 1;
      respond(response, 503, '{}', turn % 2 === 0 ? { 'retry-after': '1' } : {});
    });
    const result = await runLoop(httpCallers([url]), { connections: 1, seconds: 0.3 }, requestsOf(PURCHASES));
    assert.equal(result.withoutRetryAfter, Math.ceil(turn / 2));
    assert.equal(result.done, 0);
  });
});

test('a closed loop that honours Retry-After sends nothing until then', async () => {
  const url = await startStub((_request, response) => {
    response.writeHead(503, { 'retry-after': '1', 'content-length': '0' }).end();
  });
  const pace = { connections: 3, seconds: 1.5, honoursRetryAfter: true };
  const { answers } = await runLoop(httpCallers([url]), pace, requestsOf(PURCHASES));
  // At the beginning and after a second, by each of three callers.
  assert.ok((answers[503] ?? 0) >= 3 && (answers[503] ?? 0) <= 6, JSON.stringify(answers));
});

describe('an open loop', () => {
  test('sends on while the server stalls, and each time counts from when its request was due', async () => {
    const waiting: (() => void)[] = [];
    let stalls = true;
    const goOn = () => {
      stalls = false;
      for (const answer of waiting) answer();
    };
    const url = await startStub((_request, response) => {
      const answer = () => respond(response, 201);
      if (!stalls) return void answer();
      if (waiting.length === 0) setTimeout(goOn, 400);
      waiting.push(answer);
    });
    const result = await runLoop(httpCallers([url]), { perSecond: 100, seconds: 0.6 }, requestsOf(PURCHASES));
    assert.equal(result.done, 60);
    assert.ok(waiting.length > 1, 'no caller waits for the answer of another');
    assert.ok(result.latency.p99 >= 390, `${result.latency.p99}`);
  });

  test('counts it as late what the generator itself sends late', async () => {
    const url = await startStub((_request, response) => respond(response, 201));
    const next = requestsOf(PURCHASES);
    let isFirst = true;
    const result = await runLoop(httpCallers([url]), { perSecond: 100, seconds: 0.6 }, () => {
      for (const end = performance.now() + 400; isFirst && performance.now() < end; );
      isFirst = false;
      return next();
    });
    assert.equal(result.done, 60);
    // Requests were due each 10 ms of those 400; from when they were sent, all but one take next to nothing.
    assert.ok(result.latency.p50 >= 90, `${result.latency.p50}`);
  });
});

test('a caller sends the body, type and key of its request, and connects again after a lost answer', async (t) => {
  const requests: object[] = [];
  const url = await startStub(async (request, response) => {
    const { method, headers } = request;
    const { 'content-type': type, authorization } = headers;
    const body = (await Array.fromAsync(request)).join('');
    requests.push({ method, url: request.url, type, authorization, body });
    if (requests.length === 1) request.socket.destroy();
    else respond(response, 201);
  });
  const caller = httpCallers([url])(0);
  t.after(caller.close);
  const next = requestsOf(PURCHASES);
  const [lost, done] = [next(), next()];
  assert.equal(await caller.send(lost), undefined);
  assert.deepEqual(await caller.send(done), DONE);
  assert.deepEqual(
    requests,
    [lost, done].map(({ body }) => ({
      method: 'POST',
      url: '/api/v1/purchases',
      type: 'application/json',
      authorization: 'Bearer key',
      body,
    })),
  );
});

describe('a generator', () => {
  test('works in a process of its own', async () => {
    let seen = 0;
    const url = await startStub((_request, response) => {
      seen += 1;
      respond(response, 201);
    });
    const pace = { connections: 2, seconds: 0.3 };
    const result = await runLoad({ urls: [url], scenario: PURCHASES, pace });
    assert.ok(seen > 0);
    assert.equal(result.purchases, seen);
    assert.ok(result.cpu_ms > 0);
  });

  test('ends with what goes wrong after an answer, instead of measuring on', async () => {
    const url = await startStub((_request, response) => respond(response, 201));
    const scenario = { ...BUYING, kind: 'mix', pendingIds: ['p1'], tokens: ['t1'] } as const;
    const load = runLoad({ urls: [url], scenario, pace: { connections: 1, seconds: 0.3 } });
    await assert.rejects(load, /ended with 1 and without an answer/);
  });
});

describe('scenarios', () => {
  test('name every purchase differently', () => {
    const next = requestsOf({ ...PURCHASES, batch: 3 });
    const items = [next(), next()].flatMap(({ body = '' }) => JSON.parse(body) as Record<string, string>[]);
    assert.equal(new Set(items.map(({ external_id }) => external_id)).size, 6);
    for (const { user_id = '', merchant_id = '', amount = '' } of items) {
      assert.ok(BUYING.users.includes(user_id) && BUYING.merchants.includes(merchant_id));
      assert.match(amount, /^\d\d\.\d\d$/);
    }
  });

  test('mix one payout with two confirmations and four purchases, and confirm each purchase once', () => {
    const next = requestsOf({ ...BUYING, kind: 'mix', pendingIds: ['p1', 'p2', 'p3', 'p4'], tokens: ['t1'] });
    const paths = Array.from({ length: 14 }, () => next().path);
    const counts = Object.groupBy(paths, (path) => path.replace(/p\d/, ':id'));
    assert.equal(counts['/purchases']?.length, 8);
    assert.equal(counts['/users/me/payouts']?.length, 2);
    assert.deepEqual(counts['/purchases/:id/confirmation'], [
      '/purchases/p1/confirmation',
      '/purchases/p2/confirmation',
      '/purchases/p3/confirmation',
      '/purchases/p4/confirmation',
    ]);
    assert.throws(() => Array.from({ length: 3 }, next), RangeError);
  });
});
