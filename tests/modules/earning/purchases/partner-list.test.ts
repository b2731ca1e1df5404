import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openPartner, type TestPartner } from '../../../support/partners.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { openShop } from '../../../support/purchases-shop.ts';

/* What a partner finds of the purchases that it has reported, over HTTP, with a real database. */

const platform = await startTestPlatform();
const { api, admin } = platform;

type Shown = { id: string; external_id: string; partner_id: string | null; status: string };

const shop = await openShop(platform);
const [network, other] = [await openPartner(platform), await openPartner(platform)];
const report = async ({ token }: { token: string }, external_id: string, fields: object = {}) =>
  (await shop.report({ external_id, amount: '10.00', ...fields }, token)).body.id as string;

const list = async (partner: TestPartner, query = '') => {
  if (query.includes('updated_since')) await platform.untilFeedIsComplete();
  const { status, body } = await api('GET', `/purchases?${query}`, { token: partner.token });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};
const namesOf = async (partner: TestPartner, query = '') =>
  (await list(partner, query)).data.map((purchase: Shown) => purchase.external_id);

const first = await report(network, 'n-1');
await report(other, 'n-1', { amount: '20.00' });
// Reported by the shopper and by the other network first.
const matched = await report(shop.shopper, 'mine', { order_reference: '#1', amount: '30.00' });
await report(network, 'n-2', { order_reference: '#1', amount: '30.00' });
const theirs = await report(other, 'o-3', { order_reference: '#3', amount: '40.00' });
await report(network, 'n-3', { order_reference: '#3', amount: '40.00' });
await report(admin, 'a-4', { amount: '50.00' });
const last = await report(network, 'n-5', { amount: '60.00' });
await api('POST', `/purchases/${first}/confirmation`, { token: network.token });

describe('a partner lists its purchases', () => {
  test('those that it reported first or after another source, newest first, under its own ids', async () => {
    const { data, pagination } = await list(network);
    assert.deepEqual(
      data.map(({ id, external_id, partner_id }: Shown) => [id, external_id, partner_id]),
      [
        [last, 'n-5', network.id],
        [theirs, 'n-3', network.id],
        [matched, 'n-2', network.id],
        [first, 'n-1', network.id],
      ],
    );
    assert.deepEqual(pagination, { offset: 0, limit: 20, total: 4, next_cursor: null });
    assert.deepEqual(await namesOf(other), ['o-3', 'n-1']);
  });

  test('page by page, by cursor and by offset', async () => {
    const pages: string[][] = [];
    let cursor = '';
    do {
      const { data, pagination } = await list(network, `limit=1&cursor=${cursor}`);
      pages.push(data.map(({ external_id }: Shown) => external_id));
      assert.equal(pagination.total, 4);
      cursor = pagination.next_cursor ?? '';
    } while (cursor !== '' && pages.length < 9);
    assert.deepEqual(pages, [['n-5'], ['n-3'], ['n-2'], ['n-1']]);
    assert.deepEqual(await namesOf(network, 'limit=2&offset=1'), ['n-3', 'n-2']);
    assert.deepEqual(await namesOf(network, 'offset=4'), []);
  });

  for (const [query, expected] of [
    ['status=confirmed', ['n-1']],
    ['status=pending&status=reversed', ['n-5', 'n-3', 'n-2']],
    ['external_id=n-1', ['n-1']],
    ['external_id=n-2', ['n-2']],
    ['external_id=n-2&external_id=n-5', ['n-5', 'n-2']],
    // The ids of other sources find nothing.
    ['external_id=mine', []],
    ['external_id=o-3', []],
    ['order_id=1', ['n-2']],
    ['order_id=%233', ['n-3']],
    [`merchant_id=${shop.merchantId}&status=confirmed`, ['n-1']],
    [`merchant_id=${network.id}`, []],
    [`user_id=${shop.shopper.id}&held=false`, ['n-5', 'n-3', 'n-2', 'n-1']],
    ['start_date=2027-01-01', []],
    ['start_date=2026-03-14&end_date=2026-03-14', ['n-5', 'n-3', 'n-2', 'n-1']],
  ] as const)
    test(`by ${query}`, async () => {
      const { data, pagination } = await list(network, query);
      assert.deepEqual(
        [data.map(({ external_id }: Shown) => external_id), pagination.total],
        [expected, expected.length],
      );
    });

  test('and may not ask by source, nor skip far', async () => {
    for (const [query, field] of [
      [`partner_id=${other.id}`, 'partner_id'],
      ['source=shopper', 'source'],
      ['offset=10001', 'offset'],
    ]) {
      const { status, body } = await api('GET', `/purchases?${query}`, { token: network.token });
      assert.deepEqual([status, body.error.details.violations[0].field], [422, field]);
    }
  });

  test('also at each merchant, where its ids are unique', async () => {
    const partner = await openPartner(platform);
    const body = { external_id_scope: 'merchant' };
    const change = { token: admin.token, body };
    assert.equal((await api('PATCH', `/partners/${partner.id}`, change)).status, 200);
    await report(shop.shopper, 'mine-2', { order_reference: '#6', amount: '70.00' });
    await report(partner, 'shop-6', { order_reference: '#6', amount: '70.00' });
    await report(partner, 'shop-7', { amount: '80.00' });
    assert.deepEqual(await namesOf(partner), ['shop-7', 'shop-6']);
    assert.deepEqual(await namesOf(partner, 'external_id=shop-6'), ['shop-6']);
  });
});

describe('a partner lists what changed', () => {
  const START = 'updated_since=2026-03-14T00:00:00Z';

  test('since a time, in the order of the changes, as it is now', async () => {
    const { data, pagination } = await list(network, START);
    assert.deepEqual(
      data.map(({ external_id, status, partner_id }: Shown) => [external_id, status, partner_id]),
      [
        ['n-1', 'confirmed', network.id],
        ['n-2', 'pending', network.id],
        ['n-3', 'pending', network.id],
        ['n-5', 'pending', network.id],
      ],
    );
    assert.deepEqual(pagination, { offset: 0, limit: 20, total: 4, next_cursor: null });
    assert.deepEqual(await namesOf(network, `${START}&status=pending&external_id=n-3`), ['n-3']);
  });

  test('page by page, and again on the page of a later change', async () => {
    const pages: string[][] = [];
    let cursor = '';
    do {
      const { data, pagination } = await list(network, `${START}&limit=1&cursor=${cursor}`);
      pages.push(data.map(({ external_id }: Shown) => external_id));
      cursor = pagination.next_cursor ?? '';
    } while (cursor !== '' && pages.length < 9);
    // Matches change the purchases of the others at the same moment.
    assert.deepEqual(pages, [['n-1'], ['n-2'], ['n-3'], ['n-5'], ['n-1']]);
  });

  test('by cursors of this list only, and not as an administrator', async () => {
    const { next_cursor: foreign } = (await list(network, 'limit=1')).pagination;
    for (const [query, field, token] of [
      [`${START}&cursor=${foreign}`, 'cursor', network.token],
      [`${START}&offset=1`, 'offset', network.token],
      ['updated_since=yesterday', 'updated_since', network.token],
      [START, 'updated_since', admin.token],
    ] as const) {
      const { status, body } = await api('GET', `/purchases?${query}`, { token });
      assert.deepEqual([status, body.error.details.violations[0].field], [422, field], query);
    }
  });

  test('and nothing from before that time', async () => {
    platform.clock.advance({ hours: 1 });
    assert.deepEqual(await namesOf(network, 'updated_since=2026-03-14T10:00:00Z'), []);
    const action = { external_id: 'n-5', action: 'reverse', reason: 'returned' };
    await api('POST', '/purchases/settlements', { token: network.token, body: [action] });
    const { data } = await list(network, 'updated_since=2026-03-14T10:00:00Z');
    assert.deepEqual(
      data.map(({ external_id, status }: Shown) => [external_id, status]),
      [['n-5', 'reversed']],
    );
    assert.deepEqual(await namesOf(other, 'updated_since=2026-03-14T10:00:00Z'), []);
  });
});

test('a partner sees what it has used today and this month', async () => {
  const { body } = await api('GET', '/partners/me', { token: network.token });
  assert.equal(body.id, network.id);
  assert.equal(body.key.id, network.keyId);
  assert.deepEqual(body.usage.today, { since: '2026-03-14', purchases: 2, is_estimate: false });
});
