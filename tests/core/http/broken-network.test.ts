import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { pino } from 'pino';
import { createPlatform } from '../../../src/app.ts';
import { openDatabase } from '../../../src/core/database/index.ts';
import { OutcomeUnknown } from '../../../src/core/errors.ts';
import { runSql } from '../../support/database.ts';
import { fundWallet, openPayoutDesk } from '../../support/payouts.ts';
import { payoutBody } from '../../support/payouts-builders.ts';
import { startTestPlatform } from '../../support/platform.ts';
import { startProxy } from '../../support/proxy.ts';

const TIMEOUT_MS = 1_500;

/** The same platform twice on one database: directly, and through a network that can be broken. */
const direct = await startTestPlatform();
const proxy = await startProxy(direct.database.url);
const database = openDatabase({
  url: proxy.url,
  maxConnections: 10,
  timeout_ms: TIMEOUT_MS,
  onLostConnection: () => undefined,
});
const { clock, config, admin } = direct;
const behind = await createPlatform({ config, database, clock, logger: pino({ level: 'silent' }) });
after(async () => {
  await behind.close();
  await database.close();
});

type Method = 'GET' | 'POST' | 'PATCH';

async function ask(method: Method, path: string, token: string, payload?: object, key?: string) {
  const { statusCode, headers, ...response } = await behind.server.inject({
    method,
    url: path.startsWith('/health') ? path : `/api/v1${path}`,
    headers: { authorization: `Bearer ${token}`, ...(key !== undefined && { 'idempotency-key': key }) },
    ...(payload !== undefined && { payload }),
  });
  return { status: statusCode, body: response.json(), isReplay: headers['idempotency-replayed'] === 'true' };
}

/** Does this while answers to COMMIT are lost, the first so many, and the network is well again afterwards. */
async function withLostCommit<T>(work: () => Promise<T>, times?: number): Promise<T> {
  void proxy.loseCommits('cut', times);
  try {
    return await work();
  } finally {
    proxy.loseNoCommits();
  }
}

const count = async (statement: string) => (await runSql(direct.database.url, statement)).length;

describe('when the answer to COMMIT is lost, of', () => {
  test('a batch of payouts, each reports it, is done once, and its repeat gets the original response', async () => {
    const desks = await Promise.all(Array.from({ length: 4 }, () => openPayoutDesk(direct)));
    const request = (index: number) =>
      ask('POST', '/users/me/payouts', desks[index]?.user.token ?? '', payoutBody(), `key-${index}`);
    const each = [0, 1, 2, 3];

    const lost = await withLostCommit(() => Promise.all(each.map(request)));
    const repeated = await Promise.all(each.map(request));

    for (const { status, body } of lost) {
      assert.deepEqual([status, body.error.code], [503, 'SERVICE_UNAVAILABLE']);
      assert.equal(body.error.details.outcome, 'unknown');
    }
    for (const [index, { status, isReplay, body }] of repeated.entries()) {
      assert.deepEqual([status, isReplay], [201, true]);
      const rows = await desks[index]?.rows(
        `select id from payouts where user_id = '${desks[index]?.user.id}'`,
      );
      assert.deepEqual(rows, [{ id: body.id }]);
      assert.equal(await desks[index]?.balances(), '0.0000 / 90.0000 / 10.0000');
    }
  });

  test('payouts without a key, each is done once although the network is soon well again', async () => {
    const desks = await Promise.all(Array.from({ length: 8 }, () => openPayoutDesk(direct)));
    const requestAll = () =>
      Promise.all(desks.map(({ user }) => ask('POST', '/users/me/payouts', user.token, payoutBody())));

    // Two leave alone, and the others together.
    const answers = await withLostCommit(requestAll, 3);

    assert.ok(answers.filter(({ status }) => status === 503).length > 2);
    for (const [index, { status, body }] of answers.entries()) {
      if (status !== 201) assert.deepEqual([status, body.error.details.outcome], [503, 'unknown']);
      assert.equal(await desks[index]?.balances(), '0.0000 / 90.0000 / 10.0000');
    }
  });

  test('purchases sent once, none is answered DUPLICATE_PURCHASE, and repeats name the original', async () => {
    const merchantId = await direct.createMerchant();
    await direct.createOffer(merchantId);
    const shoppers = await Promise.all(Array.from({ length: 6 }, () => direct.registerUser()));
    const buy = (index: number) =>
      ask('POST', '/purchases', admin.token, {
        external_id: `lost-${index}`,
        user_id: shoppers[index]?.id,
        merchant_id: merchantId,
        amount: '10.00',
        currency: 'EUR',
      });
    const each = [0, 1, 2, 3, 4, 5];

    const lost = await withLostCommit(() => Promise.all(each.map(buy)), 3);
    const repeated = await Promise.all(each.map(buy));

    for (const { status, body } of lost)
      if (status !== 201) assert.deepEqual([status, body.error.details.outcome], [503, 'unknown']);
    for (const { status, body } of repeated) {
      assert.deepEqual([status, body.error.code], [409, 'DUPLICATE_PURCHASE']);
      assert.equal(body.error.details.purchase.status, 'pending');
    }
    assert.equal(await count(`select 1 from purchases where external_id like 'lost-%'`), 6);
  });

  test('a batch request, each item reports it', async () => {
    const shopper = await direct.registerUser();
    const merchantId = await direct.createMerchant();
    await direct.createOffer(merchantId);
    const items = ['a', 'b'].map((name) => ({
      external_id: `item-${name}`,
      user_id: shopper.id,
      merchant_id: merchantId,
      amount: '10.00',
      currency: 'EUR',
    }));

    const { status, body } = await withLostCommit(() => ask('POST', '/purchases/batch', admin.token, items));

    // One user's purchases travel one after the other: the first is lost, the second is recorded.
    if (status === 200) assert.ok(body.results.some((result: { status: number }) => result.status === 503));
    else assert.deepEqual([status, body.error.details.outcome], [503, 'unknown']);
    const again = await ask('POST', '/purchases/batch', admin.token, items);
    assert.deepEqual(
      again.body.results.map((result: { status: number }) => [201, 409].includes(result.status)),
      [true, true],
    );
    assert.equal(await count(`select 1 from purchases where external_id like 'item-%'`), 2);
  });

  test('an adjustment, it reports it, is done once, and its repeat gets the original response', async () => {
    const { id } = await direct.registerUser();
    const adjust = () =>
      ask(
        'POST',
        `/users/${id}/wallet/adjustments`,
        admin.token,
        { amount: '5.00', direction: 'credit', reason: 'Goodwill.' },
        `adjust-${id}`,
      );

    const lost = await withLostCommit(adjust);
    const repeated = await adjust();

    assert.deepEqual([lost.status, lost.body.error.details.outcome], [503, 'unknown']);
    assert.deepEqual([repeated.status, repeated.isReplay], [201, true]);
    assert.equal(await count(`select 1 from adjustments where user_id = '${id}'`), 1);
  });

  test('an import, it reports it, and its repeat returns 409 for existing users', async () => {
    const list = [{ email: 'imported-once@example.com' }];
    const lost = await withLostCommit(() => ask('POST', '/users/import', admin.token, list));
    const repeated = await ask('POST', '/users/import', admin.token, list);

    assert.deepEqual([lost.status, lost.body.error.details.outcome], [503, 'unknown']);
    assert.equal(repeated.body.results[0].status, 409);
    assert.equal(await count(`select 1 from users where email = 'imported-once@example.com'`), 1);
  });

  test('a run of auto-confirmation, the next run continues and confirms nothing twice', async () => {
    const shopper = await direct.registerUser();
    const merchantId = await direct.createMerchant({ confirmation_days: 0 });
    await direct.createOffer(merchantId);
    const body = { external_id: 'due', user_id: shopper.id, merchant_id: merchantId };
    await direct.api('POST', '/purchases', {
      token: admin.token,
      body: { ...body, amount: '10.00', currency: 'EUR' },
    });
    const job = behind.jobs.find(({ name }) => name === 'auto-confirmation');
    const run = () => Array.fromAsync(job?.run(new AbortController().signal) ?? []);

    await assert.rejects(withLostCommit(run), OutcomeUnknown);
    await run();

    const confirmations = `select 1 from wallet_entries where type = 'cashback_confirmation'
      and wallet_id in (select id from wallets where user_id = '${shopper.id}')`;
    assert.equal(await count(confirmations), 1);
  });
});

describe('while open connections are silent and new ones work', () => {
  test('requests are answered 503 by the deadline, and later as usual', async () => {
    const shopper = await direct.registerUser();
    await fundWallet(direct, shopper.id, 100_00n);
    const me = () => ask('GET', '/users/me', shopper.token);
    const payout = () => ask('POST', '/users/me/payouts', shopper.token, payoutBody(), 'silent');
    // As many connections as the lookups of requests that come together take.
    await Promise.all(Array.from({ length: 20 }, me));
    proxy.silenceOpenConnections();

    const answers = await Promise.all([...Array.from({ length: 20 }, me), payout()]);

    for (const { status, body } of answers) {
      if (status !== 503) continue;
      assert.match(body.error.code, /^(SERVICE_UNAVAILABLE|OVERLOADED)$/);
    }
    assert.ok(answers.some(({ status }) => status === 503));
    const healed = [await me(), await payout(), await ask('GET', '/health/ready', '')];
    assert.deepEqual(
      healed.map(({ status }) => status),
      [200, 201, 200],
    );
  });
});

describe('while the whole network is silent', () => {
  test('requests are answered 503, readiness says no, and all is well when it is healed', async () => {
    proxy.silence();
    const [me, ready] = await Promise.all([
      ask('GET', '/users/me', admin.token),
      ask('GET', '/health/ready', ''),
    ]);
    proxy.restore();

    assert.equal(me.status, 503);
    assert.deepEqual(
      [ready.status, ready.body],
      [503, { status: 'not_ready', reason: 'database_unreachable' }],
    );
    assert.equal((await ask('GET', '/health/ready', '')).status, 200);
    assert.equal((await ask('GET', '/users/me', admin.token)).status, 200);
  });
});
