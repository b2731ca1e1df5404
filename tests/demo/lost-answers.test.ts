import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, describe, test } from 'node:test';
import type { Feed } from '../../demo/feeds/feed.ts';
import { type PlatformClient, platformClient } from '../../demo/feeds/platform-client.ts';
import { playFeed } from '../../demo/feeds/play.ts';
import { silentReport } from '../../demo/feeds/progress.ts';
import { ApiError } from '../../packages/client/src/index.ts';
import { runSql } from '../support/database.ts';
import { startFeedPlatform } from '../support/feed-platform.ts';
import { PASSWORD } from '../support/platform.ts';

const platform = await startFeedPlatform();

/** Ann earns 3.00 with each purchase. One is cancelled, one is returned, two are returned in part. */
const FEED: Feed = {
  name: 'lost',
  customers: ['ann'],
  lines: [1, 2, 3, 4, 5, 20, 33].map((number, index) => ({
    lineNumber: index + 2,
    externalId: `lost-${number}`,
    customerId: 'ann',
    date: `2025-0${index + 1}-10`,
    amount: '60.00',
  })),
  partialReturns: [
    {
      externalId: 'lost-1',
      moment: 'pending',
      version: 'v1',
      reason: 'part',
      statement: { amount: '20.00' },
    },
    { externalId: 'lost-2', moment: 'paid', version: 'v1', reason: 'part', statement: { amount: '40.00' } },
  ],
  refusals: [],
};

describe('a platform whose answers get lost', () => {
  test('executes every request of a feed once, although the client sends each of them twice', async () => {
    const { url, lost } = await loseFirstAnswers(platform.url);
    const client = platformClient({ url, email: platform.admin.email, password: PASSWORD });

    const play = await playFeed({ feed: FEED, client, report: silentReport });

    assert.deepEqual(play.refusals, []);
    for (const path of [
      /^POST \/auth\/login/,
      /^POST \/auth\/password-reset/,
      /^POST \/merchants/,
      /^POST \/offers/,
      /^POST \/users\/import/,
      /^POST \/users\/[^/]+\/password-reset/,
      /^POST \/users\/me\/payouts/,
      /^POST \/purchases\/batch/,
      /^POST \/purchases\/[^/]+\/confirmation/,
      /^POST \/purchases\/[^/]+\/reverse/,
      /^POST \/purchases\/settlements/,
      /^PATCH \/payouts\/[^/]+\/process .*processing/,
      /^PATCH \/payouts\/[^/]+\/process .*completed/,
    ]) {
      assert.ok(
        lost.some((request) => path.test(request)),
        `${path}`,
      );
    }
    assert.deepEqual(
      play.stages.map(({ stage, balances: { pending, available, paid }, also }) => ({
        stage,
        balances: [pending, available, paid],
        also,
      })),
      [
        {
          stage: 'ingestion',
          balances: [2_100n, 0n, 0n],
          // A repeated batch cannot be distinguished from one of an earlier run.
          also: { duplicates: 7, 'differing duplicates': 0, 'met the cap': 0 },
        },
        {
          stage: 'returns while pending',
          balances: [1_900n, 0n, 0n],
          also: { 'partial by amount': 1, 'partial by lines': 0, repeated: 0 },
        },
        {
          stage: 'settlement',
          balances: [0n, 1_600n, 0n],
          also: { reversed: 1, confirmed: 6, 'settled before': 0 },
        },
        {
          stage: 'payouts',
          balances: [0n, 0n, 1_600n],
          also: { completed: 1, 'on their way': 0 },
        },
        {
          stage: 'returns after payout',
          balances: [0n, -100n, 1_600n],
          also: { 'partial by amount': 1, 'partial by lines': 0, repeated: 0 },
        },
        { stage: 'late returns', balances: [0n, -400n, 1_600n], also: { reversed: 1 } },
      ],
    );
    assert.deepEqual(await runSql(platform.database.url, 'select status::text from payouts'), [
      { status: 'completed' },
    ]);
    assert.equal(await platform.countLedgerFaults(), 0);
  });

  test('asks for a limited number of reset tokens, and names the customer whose tokens are all refused', async () => {
    let tokens = 0;
    const refusing: PlatformClient = {
      ...platform.client,
      async post(path, ...init) {
        if (path === '/users/{id}/password-reset') tokens += 1;
        if (path !== '/auth/password-reset') return platform.client.post(path, ...init);
        throw new ApiError(
          { code: 'INVALID_RESET_TOKEN', message: 'The token is used.', details: {} },
          { request: `POST ${path}`, status: 401, requestId: undefined, attempts: 2 },
        );
      },
    };
    const lines = FEED.lines.map((line) => ({ ...line, externalId: `refused-${line.externalId}` }));
    const feed = { ...FEED, name: 'refused', lines, partialReturns: [] };

    const { refusals, stages } = await playFeed({ feed, client: refusing, report: silentReport });

    assert.equal(tokens, 3);
    assert.deepEqual(
      refusals.map(({ stage, value, code }) => [stage, value, code]),
      [['payouts', 'ann', 'INVALID_RESET_TOKEN']],
    );
    assert.equal(stages.find(({ stage }) => stage === 'payouts')?.accepted, 0);
  });
});

/**
 * A server in front of the platform. Of every changing request it answers the first with 503, after the platform has
 * executed it. Every reset token is a different request, so that only the first of all resets is lost.
 */
async function loseFirstAnswers(target: string): Promise<{ url: string; lost: string[] }> {
  const seen = new Set<string>();
  const lost: string[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '' } = request;
    const body = await text(request);
    const answer = await fetch(`${target}${path}`, {
      method,
      headers: Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
        ['authorization', 'content-type', 'idempotency-key'].includes(name) ? [[name, String(value)]] : [],
      ),
      ...(body !== '' && { body }),
    });
    const content = await answer.text();
    const name = `${method} ${path.replace('/api/v1', '')} ${path.endsWith('/auth/password-reset') ? '' : body}`;
    if (method === 'GET' || seen.has(name)) {
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(content);
      return;
    }
    seen.add(name);
    lost.push(name);
    response.writeHead(503, { 'retry-after': '0', 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ error: { code: 'SERVICE_UNAVAILABLE', message: 'Too late.', details: {} } }),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, lost };
}
