import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openPartner } from '../../../support/partners.ts';
import { openPayoutDesk } from '../../../support/payouts.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { openShop } from '../../../support/purchases-shop.ts';

/* Search over HTTP, with a real database. lists/plans.test.ts has what it reads. */

const platform = await startTestPlatform();
const { api, admin } = platform;
const [network, other] = [await openPartner(platform), await openPartner(platform)];
const shop = await openShop(platform);
const merchantId = await platform.createMerchant({ name: 'Fresh Basket 100%' });
const offerId = await platform.createOffer(merchantId);

async function search(text: string, limit = 20) {
  const query = new URLSearchParams({ q: text, limit: String(limit) });
  const { status, body } = await api('GET', `/search?${query}`, { token: admin.token });
  assert.equal(status, 200, JSON.stringify(body));
  return body.data;
}

async function found(text: string): Promise<string[]> {
  const data = await search(text);
  return data.map(({ type, id, matched_by }: Record<string, string>) => `${matched_by} ${type} ${id}`);
}

async function report(token: string, fields: Record<string, unknown>): Promise<string> {
  const answer = await shop.report({ amount: '20.00', ...fields }, token);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body.id;
}

describe('a purchase is found first', () => {
  test('by the id of each source, whole or its beginning, and by the order', async () => {
    const first = await report(network.token, { external_id: 'Net-77', order_reference: 'A 4711 Z' });
    assert.equal(await report(other.token, { external_id: 'seen-5', order_reference: 'a4711z' }), first);
    const second = await report(other.token, { external_id: 'Net-771' });

    assert.deepEqual(await found('Net-77'), [
      `external_id purchase ${first}`,
      `external_id purchase ${second}`,
    ]);
    assert.deepEqual(await found(' seen-5 '), [`external_id purchase ${first}`]);
    assert.deepEqual(await found('#a-4711'), [`order_id purchase ${first}`]);
    assert.equal((await found('net-77')).length, 0);
  });

  test('with its shop, shopper, status and present amount', async () => {
    const id = await report(network.token, { external_id: 'amended' });
    const body = { amount: '12.50', reason: 'one of two', version: '1' };
    await api('POST', `/purchases/${id}/amendments`, { token: network.token, body });
    const [card] = await search(id);
    const merchants = await api('GET', `/purchases/${id}`, { token: admin.token });
    assert.deepEqual(card, {
      type: 'purchase',
      id,
      title: 'amended',
      subtitle: `${merchants.body.merchant_name}, ${shop.shopper.email}`,
      status: 'pending',
      amount: '12.50',
      currency: 'EUR',
      matched_by: 'id',
    });
  });
});

test('each kind is found first by its names', async () => {
  const desk = await openPayoutDesk(platform);
  const payoutId = await desk.requested({ amount: '10.00' });
  await desk.process(payoutId, { status: 'completed', external_reference: 'SEPA-2026-1' });
  const reference = { external_reference: 'customer/7' };
  await api('PATCH', `/users/${desk.user.id}`, { token: admin.token, body: reference });
  const partner = (await api('GET', `/partners/${network.id}`, { token: admin.token })).body;

  const firstOf = async (text: string) => (await found(text))[0];
  assert.equal(await firstOf('sepa-2026-1'), `external_reference payout ${payoutId}`);
  assert.equal(await firstOf('SEPA-'), `external_reference payout ${payoutId}`);
  assert.equal(await firstOf(payoutId), `id payout ${payoutId}`);
  assert.equal(await firstOf(desk.user.email.toUpperCase()), `email user ${desk.user.id}`);
  assert.equal(await firstOf('customer/'), `external_reference user ${desk.user.id}`);
  assert.ok((await found(desk.user.id.slice(0, 24))).includes(`id user ${desk.user.id}`));
  assert.equal(await firstOf('FRESH  basket'), `name merchant ${merchantId}`);
  assert.equal(await firstOf('100%'), `name merchant ${merchantId}`);
  assert.equal(await firstOf(partner.name), `name partner ${network.id}`);
  assert.equal(await firstOf(offerId.toUpperCase()), `id offer ${offerId}`);
});

test('hostile texts find what has them, and the limit holds', async () => {
  for (const text of ['%', '_', '\\', "'", '%%%', '-', '\u{1F600}', 'e', '﷽'.repeat(85), '0'.repeat(255)])
    assert.ok((await search(text, 5)).length <= 5, text);
  assert.deepEqual(await search('%'), []);
  assert.equal((await search('u', 1)).length, 1);
});

test('is for staff, who are seen reading personal data', async () => {
  assert.equal((await api('GET', '/search?q=a', { token: shop.shopper.token })).status, 403);
  await search('secret-word');
  const { body } = await api('GET', '/audit-logs?action=personal_data.read&limit=1', { token: admin.token });
  assert.deepEqual(body.data[0].details, { operation: 'GET /api/v1/search', filters: 'q' });
});
