import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { pino } from 'pino';
import { createPlatform } from '../../../../src/app.ts';
import { openDatabase } from '../../../../src/core/database/index.ts';
import { newId } from '../../../../src/core/id.ts';
import { runSql } from '../../../support/database.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { until } from '../../../support/until.ts';

const { api, platform, database, clock, config, admin, registerUser, createMerchant, createOffer } =
  await startTestPlatform();
const { token } = admin;
const shopper = await registerUser();
const sql = (statement: string) => runSql(database.url, statement);

/** What became of a new purchase: its status or error code. */
async function buy(merchantId: string, at = platform): Promise<string> {
  const answer = await at.server.inject({
    method: 'POST',
    url: '/api/v1/purchases',
    headers: { authorization: `Bearer ${token}` },
    payload: {
      external_id: newId(),
      user_id: shopper.id,
      merchant_id: merchantId,
      amount: '10.00',
      currency: 'EUR',
    },
  });
  return answer.statusCode === 201 ? answer.json().status : answer.json().error.code;
}

const setStatus = (kind: 'merchants' | 'offers', id: string, status: 'active' | 'inactive') =>
  api('PATCH', `/${kind}/${id}/status`, { token, body: { status } });

/** How many keys a cache found in memory, loaded and passed by. */
async function reads(cache: string, at = platform) {
  const { body } = await at.server.inject('/metrics');
  const count = (result: string) =>
    valueIn(body, `clicknback_cache_reads_total{cache="${cache}",result="${result}"}`);
  return { hits: count('hit'), misses: count('miss'), bypasses: count('bypass') };
}

/** How often something of a cache was forgotten, or passed by because changes were not followed. */
async function disturbances(cache: string) {
  const { body } = await platform.server.inject('/metrics');
  const invalidations = valueIn(body, `clicknback_cache_invalidations_total{cache="${cache}"}`);
  return { invalidations, bypasses: (await reads(cache)).bypasses };
}

function valueIn(metrics: string, name: string): number {
  const line = metrics.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length) ?? 0);
}

const ofBoth = <T>(ask: (cache: string) => Promise<T>) => Promise.all([ask('merchants'), ask('offers')]);

describe('a purchase', () => {
  test('finds its merchant and offer in memory, once they were read', async () => {
    const merchantId = await createMerchant();
    await createOffer(merchantId);

    // Again for as long as, on a busy machine, the word of the creation is late or changes are not followed.
    await until(async () => {
      const undisturbed = await ofBoth(disturbances);
      await buy(merchantId);
      const before = await ofBoth(reads);
      for (let purchase = 0; purchase < 5; purchase += 1) assert.equal(await buy(merchantId), 'pending');
      const after = await ofBoth(reads);
      if (!isDeepStrictEqual(await ofBoth(disturbances), undisturbed)) return false;

      const fromMemory = before.map((counts) => ({ ...counts, hits: counts.hits + 5 }));
      assert.deepEqual(after, fromMemory);
      return true;
    });
  });

  test('goes by every earlier change, of any kind', async () => {
    const merchantId = await createMerchant();
    assert.equal(await buy(merchantId), 'OFFER_NOT_AVAILABLE');
    const offerId = await createOffer(merchantId);
    // Often enough that a read of the old state would now and then end after the change.
    for (let round = 0; round < 10; round += 1) {
      assert.equal(await buy(merchantId), 'pending');
      await setStatus('offers', offerId, 'inactive');
      assert.equal(await buy(merchantId), 'OFFER_NOT_AVAILABLE');
      await setStatus('merchants', merchantId, 'inactive');
      assert.equal(await buy(merchantId), 'MERCHANT_NOT_ELIGIBLE');
      await setStatus('merchants', merchantId, 'active');
      await setStatus('offers', offerId, 'active');
    }
  });

  test('goes by a change that names its merchant and offer in upper case', async () => {
    const merchantId = await createMerchant();
    const offerId = await createOffer(merchantId);
    for (let round = 0; round < 10; round += 1) {
      assert.equal(await buy(merchantId), 'pending');
      await setStatus('offers', offerId.toUpperCase(), 'inactive');
      assert.equal(await buy(merchantId), 'OFFER_NOT_AVAILABLE');
      await setStatus('merchants', merchantId.toUpperCase(), 'inactive');
      assert.equal(await buy(merchantId), 'MERCHANT_NOT_ELIGIBLE');
      await setStatus('merchants', merchantId.toUpperCase(), 'active');
      await setStatus('offers', offerId.toUpperCase(), 'active');
    }
  });

  test('shows the name that its merchant has now', async () => {
    const merchantId = await createMerchant({ name: 'Before' });
    await createOffer(merchantId);
    await buy(merchantId);
    const [row] = await sql(`select id from purchases where merchant_id = '${merchantId}'`);
    const show = async () => (await api('GET', `/purchases/${row?.id}`, { token })).body.merchant_name;
    assert.equal(await show(), 'Before');

    await api('PATCH', `/merchants/${merchantId}`, { token, body: { name: 'After' } });

    assert.equal(await show(), 'After');
  });

  test('goes by what was changed by hand as soon as the word of it has come', async () => {
    const merchantId = await createMerchant();
    await createOffer(merchantId);
    assert.equal(await buy(merchantId), 'pending');

    await sql(`update offers set active = false, validity = '{}' where merchant_id = '${merchantId}'`);
    await until(async () => (await buy(merchantId)) === 'OFFER_NOT_AVAILABLE');
    await sql(
      `update merchants set active = false, inactive_since = '2026-01-01' where id = '${merchantId}'`,
    );
    await until(async () => (await buy(merchantId)) === 'MERCHANT_NOT_ELIGIBLE');
  });

  test('goes by the database itself if changes cannot be followed; the platform stays ready', async (t) => {
    const elsewhere = openDatabase({
      url: 'postgres://nobody:x@127.0.0.1:1/none',
      maxConnections: 2,
      onLostConnection: () => undefined,
    });
    const deaf = await createPlatform({
      config,
      database: { ...database, separateConnection: elsewhere.separateConnection },
      clock,
      logger: pino({ level: 'silent' }),
    });
    t.after(() => deaf.close());
    const merchantId = await createMerchant();
    await createOffer(merchantId);
    assert.equal(await buy(merchantId, deaf), 'pending');
    assert.equal(await buy(merchantId, deaf), 'pending');

    await sql(
      `update merchants set active = false, inactive_since = '2026-01-01' where id = '${merchantId}'`,
    );
    assert.equal(await buy(merchantId, deaf), 'MERCHANT_NOT_ELIGIBLE');
    await sql(`update merchants set active = true where id = '${merchantId}'`);
    assert.equal(await buy(merchantId, deaf), 'pending');

    assert.equal((await deaf.server.inject('/health/ready')).statusCode, 200);
    assert.match((await deaf.server.inject('/metrics')).body, /^clicknback_changes_followed 0$/m);
    assert.deepEqual(await reads('merchants', deaf), { hits: 0, misses: 0, bypasses: 4 });
    await until(async () =>
      /^clicknback_changes_followed 1$/m.test((await platform.server.inject('/metrics')).body),
    );
  });
});
