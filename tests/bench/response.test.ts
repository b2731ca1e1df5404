import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { readResponse } from '../../bench/load/response.ts';
import { requestsOf } from '../../bench/load/scenarios.ts';
import { httpCallers } from '../../bench/load/sending.ts';
import type { Answer } from '../../bench/load/tally.ts';

const BODY = '{"results":[{"status":201},{"status":409}],"note":"é"}';
const WHOLE = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(BODY)}\r\n\r\n${BODY}`,
);

test('an answer is read when all of it has come', () => {
  for (let length = 0; length < WHOLE.length; length += 1)
    assert.equal(readResponse(WHOLE.subarray(0, length)), undefined);
  const response = readResponse(WHOLE);
  assert.equal(response?.status, 200);
  assert.equal(response?.body(), BODY);
});

test('what the platform does not answer with is no answer', () => {
  for (const other of [
    `${WHOLE}x`,
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
    'HTTP/1.1 OK\r\nContent-Length: 0\r\n\r\n',
    'SMTP\r\n\r\n',
  ])
    assert.throws(() => readResponse(Buffer.from(other)), Error);
});

test('a caller reads an answer that comes in pieces, and calls again after one that was none', async (t) => {
  const pieces = [WHOLE.subarray(0, 9), WHOLE.subarray(9, 80), WHOLE.subarray(80)];
  const requests: string[] = [];
  const answerOne = async (socket: Socket) => {
    for await (const request of socket) {
      requests.push(String(request));
      if (requests.length === 2) socket.write('no answer\r\n\r\n');
      else
        for (const piece of pieces) {
          socket.write(piece);
          await new Promise(setImmediate);
        }
    }
  };
  const server = createServer({ noDelay: true }, (socket) => {
    answerOne(socket).catch(() => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');

  const caller = httpCallers([`http://127.0.0.1:${address.port}`])(0);
  const next = requestsOf({
    kind: 'purchases',
    batch: 2,
    partnerKey: 'key',
    name: 'pieces',
    users: ['u'],
    merchants: ['m'],
    days: 1,
  });
  const ask = () => new Promise<Answer | undefined>((resolve) => caller.send(next(), resolve));
  const recorded = { status: 200, purchases: 1, done: 1, hasRetryAfter: false };
  await caller.connect();
  assert.deepEqual(await ask(), recorded);
  assert.equal(await ask(), undefined);
  assert.deepEqual(await ask(), recorded);
  await caller.close();
  const [head, body = ''] = requests[0]?.split('\r\n\r\n') ?? [];
  assert.equal(
    head,
    `POST /api/v1/purchases/batch HTTP/1.1\r\nhost: 127.0.0.1:${address.port}\r\n` +
      `content-type: application/json\r\nauthorization: Bearer key\r\ncontent-length: ${body.length}`,
  );
  assert.equal((JSON.parse(body) as unknown[]).length, 2);
});
