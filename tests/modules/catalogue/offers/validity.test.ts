import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { verifyLedger } from '../../../../src/modules/insight/proof/index.ts';
import { runSql } from '../../../support/database.ts';
import { assertRefused, startTestPlatform } from '../../../support/platform.ts';
import { openShop, type Shop } from '../../../support/purchases-shop.ts';

// The test clock stands at 2026-03-14T09:26:53Z.
const platform = await startTestPlatform({ environment: { ACCESS_TOKEN_TTL_SECONDS: '86400' } });
const { api, admin, clock, database } = platform;
const { token } = admin;
const sql = (statement: string) => runSql(database.url, statement);

const setStatus = (id: string, status: 'active' | 'inactive', effective_from?: string) =>
  api('PATCH', `/offers/${id}/status`, {
    token,
    body: { status, ...(effective_from !== undefined && { effective_from }) },
  });
const extend = (id: string, end_date: string) => api('PATCH', `/offers/${id}`, { token, body: { end_date } });
const create = (merchant_id: string, fields: Record<string, unknown> = {}) =>
  api('POST', '/offers', {
    token,
    body: {
      merchant_id,
      cashback_type: 'percent',
      cashback_value: 5,
      start_date: '2026-03-01',
      end_date: '2026-03-31',
      ...fields,
    },
  });
const ago = (minutes: number) => clock().subtract({ minutes }).toString();
/** The reward of a purchase at this time, or the code that refuses it. */
async function rewardAt(shop: Shop, purchased_at: string): Promise<string> {
  const { body } = await shop.report({ purchased_at });
  return body.error?.code ?? body.cashback_amount;
}

describe('a stopped offer', () => {
  test('rewards what was bought before, however late it is reported, and nothing from that instant on', async () => {
    const shop = await openShop(platform);
    const stoppedAt = clock();
    await setStatus(shop.offerId, 'inactive');
    clock.advance({ hours: 20 });

    assert.equal(await rewardAt(shop, stoppedAt.subtract({ milliseconds: 1 }).toString()), '5.00');
    assert.equal(await rewardAt(shop, stoppedAt.toString()), 'OFFER_NOT_AVAILABLE');
    assert.equal(await rewardAt(shop, clock().toString()), 'OFFER_NOT_AVAILABLE');
  });

  test('rules again from when it is started again, with a gap between', async () => {
    const shop = await openShop(platform);
    await setStatus(shop.offerId, 'inactive');
    clock.advance({ minutes: 10 });
    await setStatus(shop.offerId, 'active');
    clock.advance({ minutes: 10 });
    assert.deepEqual(
      [await rewardAt(shop, ago(21)), await rewardAt(shop, ago(15)), await rewardAt(shop, ago(10))],
      ['5.00', 'OFFER_NOT_AVAILABLE', '5.00'],
    );
  });

  test('can be stopped from an earlier instant, to void a mistake, and never from a later one', async () => {
    const shop = await openShop(platform);
    const { cashback_amount } = await shop.buy({ purchased_at: ago(30) });
    assertRefused(await setStatus(shop.offerId, 'inactive', ago(-1)), 400, 'VALIDATION_ERROR');
    assert.equal((await setStatus(shop.offerId, 'inactive', ago(60))).status, 200);
    assert.equal(await rewardAt(shop, ago(30)), 'OFFER_NOT_AVAILABLE');
    assert.equal(await rewardAt(shop, ago(61)), '5.00');
    assert.equal(cashback_amount, '5.00');
    const [row] = await sql(
      `select details ->> 'effective_from' as effective_from from audit_logs where resource_id = '${shop.offerId}' and action = 'offer.deactivated'`,
    );
    assert.equal(row?.effective_from, ago(60));
  });

  test('keeps its past: the next offer rules from where it ended', async () => {
    const shop = await openShop(platform);
    clock.advance({ minutes: 5 });
    await setStatus(shop.offerId, 'inactive');
    const next = await create(shop.merchantId, { cashback_value: 10, end_date: '2026-04-30' });
    assert.equal(next.status, 201, JSON.stringify(next.body));
    clock.advance({ minutes: 5 });
    assert.deepEqual([await rewardAt(shop, ago(6)), await rewardAt(shop, ago(5))], ['5.00', '10.00']);
    assertRefused(await setStatus(shop.offerId, 'active'), 409, 'ACTIVE_OFFER_ALREADY_EXISTS');
    assertRefused(await setStatus(next.body.id, 'active', ago(60)), 409, 'ACTIVE_OFFER_ALREADY_EXISTS');
  });

  test('while purchases arrive rewards none that is later than its end', async () => {
    const shop = await openShop(platform);
    await shop.buy();
    // Behind the back of the cache, as another process does.
    await sql(`update offers set active = false, validity = validity * tstzmultirange(tstzrange(null, '${ago(0)}'))
      where id = '${shop.offerId}'`);
    assert.equal(await rewardAt(shop, ago(0)), 'OFFER_NOT_AVAILABLE');
    assert.equal(await rewardAt(shop, ago(1)), '5.00');
  });
});

describe('a deactivated merchant', () => {
  test('rewards what was bought before, and nothing from that instant on', async () => {
    const shop = await openShop(platform);
    const set = (status: string) =>
      api('PATCH', `/merchants/${shop.merchantId}/status`, { token, body: { status } });
    await set('inactive');
    clock.advance({ minutes: 5 });
    await set('inactive');
    assert.deepEqual(
      [await rewardAt(shop, ago(6)), await rewardAt(shop, ago(5)), await rewardAt(shop, ago(0))],
      ['5.00', 'MERCHANT_NOT_ELIGIBLE', 'MERCHANT_NOT_ELIGIBLE'],
    );
    await set('active');
    assert.equal(await rewardAt(shop, ago(0)), '5.00');
  });
});

describe('an extended offer', () => {
  test('keeps its cap: what is spent stays spent', async () => {
    const shop = await openShop(platform, { monthly_cap: 3, end_date: '2026-03-20' });
    assert.equal((await shop.buy()).cashback_amount, '3.00');

    const answer = await extend(shop.offerId, '2026-04-30');

    assert.deepEqual([answer.status, answer.body.end_date], [200, '2026-04-30']);
    assert.equal((await shop.buy()).cashback_amount, '0.00');
    const [event] = await sql(
      `select details from audit_logs where resource_id = '${shop.offerId}' and action = 'offer.extended'`,
    );
    assert.deepEqual(event?.details, { end_date: '2026-04-30', previous_end_date: '2026-03-20' });
  });

  test('is not shortened, nor extended over another one', async () => {
    const shop = await openShop(platform, { end_date: '2026-03-31' });
    const next = await create(shop.merchantId, { start_date: '2026-04-10', end_date: '2026-04-20' });
    assertRefused(await extend(shop.offerId, '2026-03-30'), 400, 'VALIDATION_ERROR');
    const answer = await extend(shop.offerId, '2026-04-10');
    assertRefused(answer, 409, 'ACTIVE_OFFER_ALREADY_EXISTS');
    assert.equal(answer.body.error.details.offer_id, next.body.id);
    assert.equal((await extend(shop.offerId, '2026-04-09')).status, 200);
    assertRefused(await extend(newId(), '2026-04-09'), 404, 'NOT_FOUND');
  });

  test('that is inactive rules no longer than it did', async () => {
    const shop = await openShop(platform);
    await setStatus(shop.offerId, 'inactive');
    await extend(shop.offerId, '2099-12-31');
    clock.advance({ minutes: 1 });
    assert.equal(await rewardAt(shop, ago(0)), 'OFFER_NOT_AVAILABLE');
  });
});

describe('an offer that continues another one', () => {
  /** A shop whose offer has rewarded 3.00 of its cap, stopped, and its successor. */
  async function succeeded(fields: Record<string, unknown>) {
    const shop = await openShop(platform, { monthly_cap: 3 });
    const first = await shop.buy();
    await setStatus(shop.offerId, 'inactive');
    const next = await create(shop.merchantId, { continues: shop.offerId, ...fields });
    assert.equal(next.status, 201, JSON.stringify(next.body));
    return { shop, first, next: next.body.id };
  }
  const usages = (shop: Shop) =>
    sql(
      `select offer_id, cap::text, used::text from cashback_cap_usage where user_id = '${shop.shopper.id}'`,
    );

  test('has what the first left of its cap, raised by its own', async () => {
    const { shop } = await succeeded({ monthly_cap: 5 });
    assert.equal((await shop.buy()).cashback_amount, '2.00');
    assert.equal((await shop.buy()).cashback_amount, '0.00');
    assert.deepEqual(await usages(shop), [{ offer_id: shop.offerId, cap: '5.0000', used: '5.0000' }]);
  });

  test('with a lower cap takes nothing back', async () => {
    const { shop } = await succeeded({ monthly_cap: 2 });
    assert.equal((await shop.buy()).cashback_amount, '0.00');
    assert.deepEqual(await usages(shop), [{ offer_id: shop.offerId, cap: '3.0000', used: '3.0000' }]);
  });

  test('shares the room that a reversal gives back', async () => {
    const { shop, first } = await succeeded({ monthly_cap: 3 });
    const second = await shop.buy();
    assert.equal(second.cashback_amount, '0.00');
    await shop.reverse(first.id);
    const third = await shop.buy();
    assert.equal(third.cashback_amount, '3.00');
    await shop.reverse(third.id);
    assert.equal((await usages(shop))[0]?.used, '0.0000');
  });

  test('does not raise the rewards of the first above its own cap', async () => {
    const { shop, first } = await succeeded({ monthly_cap: 9 });
    // The first purchase of the successor raises the cap.
    await shop.buy({ amount: '0.20' });
    const amended = await shop.amend(first.id, { amount: '180.00' });
    assert.equal(amended.body.cashback_amount, '3.00');
    const { verdict, faults } = await verifyLedger(database);
    assert.deepEqual([verdict, faults], ['right', []]);
  });

  test('without it has a cap of its own', async () => {
    const shop = await openShop(platform, { monthly_cap: 3 });
    await shop.buy();
    await setStatus(shop.offerId, 'inactive');
    await create(shop.merchantId, { monthly_cap: 3 });
    assert.equal((await shop.buy()).cashback_amount, '3.00');
  });

  test('refills as the first does', async () => {
    const shop = await openShop(platform, { monthly_cap: 3, cap_refill: true });
    await setStatus(shop.offerId, 'inactive');
    const unlike = await create(shop.merchantId, { continues: shop.offerId, cap_refill: false });
    assertRefused(unlike, 400, 'VALIDATION_ERROR');
    const next = await create(shop.merchantId, { continues: shop.offerId, monthly_cap: 3 });
    assert.deepEqual([next.status, next.body.cap_refill], [201, true]);
  });

  test('is one of the same merchant and currency', async () => {
    const [shop, other] = [await openShop(platform), await openShop(platform)];
    await setStatus(shop.offerId, 'inactive');
    assertRefused(await create(shop.merchantId, { continues: other.offerId }), 400, 'VALIDATION_ERROR');
    assertRefused(await create(shop.merchantId, { continues: newId() }), 404, 'NOT_FOUND');
  });
});

describe('a process of the version before', () => {
  test('stops and starts offers by their label, and the validity follows', async () => {
    const id = newId();
    const merchantId = await platform.createMerchant();
    const validity = async () =>
      (
        await sql(`select validity @> now() as rules, validity @> now() - interval '1 hour' as ruled
        from offers where id = '${id}'`)
      )[0];
    await sql(`insert into offers (id, merchant_id, cashback_type, cashback_value, currency, start_date, end_date, created_at)
      values ('${id}', '${merchantId}', 'percent', 5, 'EUR', current_date - 5, current_date + 5, now())`);
    assert.deepEqual(await validity(), { rules: true, ruled: true });
    await sql(`update offers set active = false where id = '${id}'`);
    assert.deepEqual(await validity(), { rules: false, ruled: true });
    await sql(`update offers set active = true where id = '${id}'`);
    assert.deepEqual(await validity(), { rules: true, ruled: true });
  });

  test('deactivates a merchant, and its time is kept', async () => {
    const id = await platform.createMerchant();
    await sql(`update merchants set active = false where id = '${id}'`);
    assert.notEqual(
      (await sql(`select inactive_since from merchants where id = '${id}'`))[0]?.inactive_since,
      null,
    );
    await sql(`update merchants set active = true where id = '${id}'`);
    assert.equal(
      (await sql(`select inactive_since from merchants where id = '${id}'`))[0]?.inactive_since,
      null,
    );
  });
});
