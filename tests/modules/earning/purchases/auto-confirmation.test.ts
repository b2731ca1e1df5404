import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { pino } from 'pino';
import { createPlatform } from '../../../../src/app.ts';
import { openDatabase } from '../../../../src/core/database/index.ts';
import { newId } from '../../../../src/core/id.ts';
import { verifyLedger } from '../../../../src/modules/insight/proof/index.ts';
import { testClock } from '../../../support/clock.ts';
import { runSql } from '../../../support/database.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { openShop, rowsOf, type Shop, startWorkers } from '../../../support/purchases-shop.ts';

// Time passes by the month here; the shops' offers end with 2026.
const platform = await startTestPlatform({ clock: testClock('2025-02-01T00:00:00Z') });
const { admin, clock, database, passTime } = platform;

const sql = (statement: string) => runSql(database.url, statement);
const run = () => platform.runJob('auto-confirmation');
const days = (count: number) => ({ hours: 24 * count });
const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

const api = (method: 'GET' | 'PATCH' | 'PUT', path: string, body?: object) =>
  platform.api(method, path, { token: admin.token, body });
const statusOf = async (id: string) => (await api('GET', `/purchases/${id}`)).body.status;
const setMerchant = (id: string, body: object) => api('PATCH', `/merchants/${id}`, body);
const setFlag = (scope: object, enabled: boolean) =>
  api('PUT', '/feature-flags/purchase_auto_confirm', { ...scope, enabled });

async function ingest(shop: Shop, count: number, fields: object = {}): Promise<string[]> {
  const { reportPurchases } = platform.platform.modules.purchases.client;
  const outcomes = await reportPurchases(Array.from({ length: count }, () => shop.submission(fields)));
  return outcomes.map((outcome) => {
    assert.ok(outcome.ok);
    return outcome.value.purchase.id;
  });
}

/** How many purchases of the shop are in each state. */
async function states(shop: Shop): Promise<Record<string, unknown>> {
  const rows = await sql(
    `select status, count(*)::int from purchases where merchant_id = '${shop.merchantId}' group by status`,
  );
  return Object.fromEntries(rows.map(({ status, count }) => [String(status), count]));
}

describe('a purchase is confirmed automatically', () => {
  test('when its days are over and no second sooner, with its reward, its journal entry and its audit row', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy();

    await passTime({ hours: 24 * 30 - 1, minutes: 59, seconds: 59 });
    assert.deepEqual(await run(), [0]);
    assert.equal(await statusOf(id), 'pending');
    await passTime({ seconds: 1 });
    assert.deepEqual(await run(), [1]);

    const { body } = await api('GET', `/purchases/${id}`);
    assert.deepEqual([body.status, body.cashback_status], ['confirmed', 'available']);
    assert.equal(await shop.balances(), '0.0000 / 5.0000 / 0.0000');
    assert.deepEqual(await shop.journal(), [
      '1 cashback_credit platform>pending 5.0000',
      '2 cashback_confirmation pending>available 5.0000',
    ]);
    const audit = await sql(
      `select actor_type, actor_id, outcome, details from audit_logs
       where resource_id = '${id}' and action = 'purchase.confirmed'`,
    );
    assert.deepEqual(audit, [
      {
        actor_type: 'system',
        actor_id: null,
        outcome: 'success',
        details: {
          from: 'pending',
          user_id: shop.shopper.id,
          cashback_amount: '5.00',
          currency: 'EUR',
        },
      },
    ]);
    assert.deepEqual(await run(), [0], 'and only once');
  });

  test('after the days of its merchant, where that has any of its own', async () => {
    const [quick, slow, usual] = [
      await openShop(platform),
      await openShop(platform),
      await openShop(platform),
    ];
    await setMerchant(quick.merchantId, { confirmation_days: 0 });
    await setMerchant(slow.merchantId, { confirmation_days: 45 });
    const ids = [await quick.buy(), await slow.buy(), await usual.buy()].map(({ id }) => id);
    const statuses = () => Promise.all(ids.map(statusOf));

    await run();
    assert.deepEqual(await statuses(), ['confirmed', 'pending', 'pending']);
    await passTime(days(30));
    await run();
    assert.deepEqual(await statuses(), ['confirmed', 'pending', 'confirmed']);
    await passTime(days(15));
    await run();
    assert.deepEqual(await statuses(), ['confirmed', 'confirmed', 'confirmed']);
  });

  test('counted from the moment it was recorded: one that was reported late has the whole time', async () => {
    const shop = await openShop(platform);
    const late = await shop.buy({ purchased_at: clock().subtract(days(60)).toString() });
    await run();
    assert.equal(await statusOf(late.id), 'pending');
    await passTime(days(30));
    await run();
    assert.equal(await statusOf(late.id), 'confirmed');
  });

  test('also when its cap had left nothing of the reward, which moves no money', async () => {
    const shop = await openShop(platform, { monthly_cap: 5 });
    await shop.buy();
    const capped = await shop.buy();
    assert.equal(capped.cashback_amount, '0.00');
    await passTime(days(30));
    assert.deepEqual(await run(), [2]);
    assert.equal(await statusOf(capped.id), 'confirmed');
    assert.equal(await shop.balances(), '0.0000 / 5.0000 / 0.0000');
  });
});

describe('a purchase stays pending, and is confirmed when that is over,', () => {
  const reasons: [string, (shop: Shop, purchaseId: string) => Promise<() => Promise<unknown>>][] = [
    [
      'while it is held for review',
      async (_, id) => {
        await sql(`update purchases set held = true where id = '${id}'`);
        return () => sql(`update purchases set held = false where id = '${id}'`);
      },
    ],
    [
      'while its merchant is inactive',
      async ({ merchantId }) => {
        const path = `/merchants/${merchantId}/status`;
        await api('PATCH', path, { status: 'inactive' });
        return () => api('PATCH', path, { status: 'active' });
      },
    ],
    [
      'while its user is inactive',
      async ({ shopper }) => {
        await sql(`update users set active = false where id = '${shopper.id}'`);
        return () => sql(`update users set active = true where id = '${shopper.id}'`);
      },
    ],
    [
      'while auto-confirmation is switched off for everybody',
      async () => {
        await setFlag({ scope_type: 'global' }, false);
        return () => setFlag({ scope_type: 'global' }, true);
      },
    ],
    [
      'while it is switched off for the merchant',
      async ({ merchantId }) => {
        await setFlag({ scope_type: 'merchant', scope_id: merchantId }, false);
        return () => setFlag({ scope_type: 'merchant', scope_id: merchantId }, true);
      },
    ],
    [
      'while it is switched off for the user',
      async ({ shopper }) => {
        await setFlag({ scope_type: 'user', scope_id: shopper.id }, false);
        return () => setFlag({ scope_type: 'user', scope_id: shopper.id }, true);
      },
    ],
  ];
  for (const [title, prevent] of reasons) {
    test(title, async () => {
      const shop = await openShop(platform);
      const { id } = await shop.buy();
      const allow = await prevent(shop, id);
      await passTime(days(31));
      await run();
      assert.equal(await statusOf(id), 'pending');
      assert.equal(await shop.balances(), '5.0000 / 0.0000 / 0.0000');

      await allow();
      await run();
      assert.equal(await statusOf(id), 'confirmed');
    });
  }

  test('for a user with the flag on, although the merchant has it off', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy();
    await setFlag({ scope_type: 'merchant', scope_id: shop.merchantId }, false);
    await setFlag({ scope_type: 'user', scope_id: shop.shopper.id }, true);
    await passTime(days(31));
    await run();
    assert.equal(await statusOf(id), 'confirmed');
  });

  test('while it is held at the last moment, after the run has found it', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy();
    await passTime(days(31));
    const { confirmDue } = startWorkers(platform, { maxConnections: 2 });
    await confirmDue(() => sql(`update purchases set held = true where id = '${id}'`));
    assert.equal(await statusOf(id), 'pending');
    await sql(`update purchases set held = false where id = '${id}'`);
    await run();
    assert.equal(await statusOf(id), 'confirmed');
  });

  test('while another transaction has it locked, which the run does not wait for', async () => {
    const shop = await openShop(platform);
    const [locked, free] = [await shop.buy(), await shop.buy()];
    await passTime(days(31));
    await database.transaction(async (trx) => {
      await trx.selectFrom('purchases').select('id').where('id', '=', locked.id).forUpdate().execute();
      assert.deepEqual(await run(), [1]);
    });
    assert.deepEqual([await statusOf(locked.id), await statusOf(free.id)], ['pending', 'confirmed']);
    assert.deepEqual(await run(), [1]);
  });
});

test('a purchase that is reversed at the last moment stays reversed, and is no failure', async () => {
  const shop = await openShop(platform);
  const [gone, left] = [await shop.buy(), await shop.buy()];
  await passTime(days(31));
  const { confirmDue } = startWorkers(platform, { maxConnections: 2 });
  assert.deepEqual(await confirmDue(() => shop.reverse(gone.id)), [1]);
  assert.deepEqual([await statusOf(gone.id), await statusOf(left.id)], ['reversed', 'confirmed']);
});

describe('many purchases', () => {
  test('are confirmed in batches of 500, and those that stay pending block no others', async () => {
    const shop = await openShop(platform);
    const other = await platform.registerUser();
    await setFlag({ scope_type: 'user', scope_id: shop.shopper.id }, false);
    await ingest(shop, 1_100);
    await passTime({ seconds: 1 });
    await ingest(shop, 600, { userId: other.id });
    await passTime(days(31));

    assert.deepEqual(await run(), [0, 0, 400, 200]);
    assert.deepEqual(await states(shop), { pending: 1_100, confirmed: 600 });

    await setFlag({ scope_type: 'user', scope_id: shop.shopper.id }, true);
    assert.deepEqual(await run(), [500, 500, 100]);
    await assertConfirmedOnce(shop, 1_700);
  });

  test('of many merchants go together, each with its own days', async () => {
    const shops: Shop[] = [];
    for (const confirmationDays of [5, 10, 15]) {
      const shop = await openShop(platform);
      await setMerchant(shop.merchantId, { confirmation_days: confirmationDays });
      await ingest(shop, 20);
      shops.push(shop);
    }
    await passTime(days(12));
    assert.deepEqual(await run(), [40]);
    assert.deepEqual(await Promise.all(shops.map(states)), [
      { confirmed: 20 },
      { confirmed: 20 },
      { pending: 20 },
    ]);
    await passTime(days(3));
    assert.deepEqual(await run(), [20]);
  });

  test('are gone on with where a run ended after a batch', async () => {
    const shop = await openShop(platform);
    await ingest(shop, 1_100);
    await passTime(days(31));
    const job = platform.platform.jobs.find(({ name }) => name === 'auto-confirmation');
    for await (const count of job?.run(new AbortController().signal) ?? []) {
      assert.equal(count, 500);
      break;
    }
    assert.deepEqual(await states(shop), { pending: 600, confirmed: 500 });
    assert.deepEqual(await run(), [500, 100]);
    await assertConfirmedOnce(shop, 1_100);
  });

  test('are shared by two platforms that run at once, each confirmed exactly once', async () => {
    const shop = await openShop(platform);
    await ingest(shop, 3_000);
    await passTime(days(31));
    const second = await startSecondPlatform();

    const [mine, theirs] = await Promise.all([run(), second.run()]);

    assert.equal(sum(mine) + sum(theirs), 3_000);
    assert.ok(sum(mine) > 0 && sum(theirs) > 0, `${mine} and ${theirs}`);
    await assertConfirmedOnce(shop, 3_000);
  });

  test('that are reversed and confirmed by hand during the run end in one state each, with the books right', async () => {
    const shop = await openShop(platform);
    const ids = await ingest(shop, 600);
    await passTime(days(31));
    const { settlePurchases } = platform.platform.modules.purchases.client;
    const actor = { type: 'admin', id: admin.id, requestId: null } as const;

    const [confirmed, reversals] = await Promise.all([
      run(),
      settlePurchases(
        ids
          .slice(300)
          .map((purchaseId) => ({ actor, purchaseId, to: 'reversed', reason: 'returned' }) as const),
      ),
      settlePurchases(
        ids.slice(0, 50).map((purchaseId) => ({ actor, purchaseId, to: 'confirmed' }) as const),
      ),
    ]);

    assert.ok(reversals.every((outcome) => outcome.ok));
    assert.ok(sum(confirmed) >= 250);
    assert.deepEqual(await states(shop), { confirmed: 300, reversed: 300 });
    assert.equal(await shop.balances(), '0.0000 / 1500.0000 / 0.0000');
    assert.equal((await verifyLedger(database)).faultCount, 0);
  });

  test('are confirmed around one that cannot be, which is logged, and the run fails', async () => {
    const shop = await openShop(platform);
    await ingest(shop, 30);
    await sql(
      `insert into purchases
         (id, external_id, user_id, merchant_id, offer_id, amount, currency, purchased_at, created_at)
       values ('${newId(clock())}', 'without-a-reward', '${shop.shopper.id}', '${shop.merchantId}',
         '${shop.offerId}', 10, 'EUR', '${clock()}', '${clock()}')`,
    );
    await passTime({ seconds: 1 });
    await ingest(shop, 30);
    await passTime(days(31));

    await assert.rejects(run(), /1 purchases could not be confirmed/);

    assert.deepEqual(await states(shop), { confirmed: 60, pending: 1 });
    // Out of the way of the tests that follow.
    await sql(`update purchases set held = true where external_id = 'without-a-reward'`);
  });
});

test('the metrics have the age of the oldest due purchase that should be confirmed', async () => {
  const lag = async () => {
    const { body } = await platform.platform.server.inject({ url: '/metrics' });
    return Number(/^clicknback_auto_confirmation_lag_seconds (\S+)$/m.exec(body)?.[1]);
  };
  await run();
  assert.equal(await lag(), 0);
  const [shop, off] = [await openShop(platform), await openShop(platform)];
  await setFlag({ scope_type: 'merchant', scope_id: off.merchantId }, false);
  await off.buy();
  await passTime({ hours: 1 });
  await shop.buy();
  await passTime({ hours: 24 * 30, seconds: 90 });
  assert.equal(await lag(), 90);
  await run();
  assert.equal(await lag(), 0);
});

test('without days of the merchant, DEFAULT_CONFIRMATION_DAYS are counted', async () => {
  const hasty = await startTestPlatform({ environment: { DEFAULT_CONFIRMATION_DAYS: '3' } });
  const shop = await openShop(hasty);
  await shop.buy();
  await hasty.passTime({ hours: 71 });
  assert.deepEqual(await hasty.runJob('auto-confirmation'), [0]);
  await hasty.passTime({ hours: 1 });
  assert.deepEqual(await hasty.runJob('auto-confirmation'), [1]);
});

/** Another process on the same database, as far as the database can tell. */
async function startSecondPlatform() {
  const connections = openDatabase({
    url: database.url,
    maxConnections: 5,
    onLostConnection: () => undefined,
  });
  const logger = pino({ level: 'silent' });
  const second = await createPlatform({ config: platform.config, database: connections, clock, logger });
  after(async () => {
    await second.close();
    await connections.close();
  });
  const job = second.jobs.find(({ name }) => name === 'auto-confirmation');
  return { run: (): Promise<number[]> => Array.fromAsync(job?.run(new AbortController().signal) ?? []) };
}

/** By the audit log, the journal and the balances: all of the shop's purchases, each one time. */
async function assertConfirmedOnce(shop: Shop, count: number): Promise<void> {
  assert.deepEqual(await states(shop), { confirmed: count });
  const [rows] = await rowsOf(
    platform,
    `select count(*)::int as records, count(distinct resource_id)::int as purchases
     from audit_logs join purchases on purchases.id = resource_id
     where merchant_id = '${shop.merchantId}' and action = 'purchase.confirmed'`,
  );
  assert.deepEqual(rows, { records: count, purchases: count });
  assert.equal((await verifyLedger(database)).faultCount, 0);
}
