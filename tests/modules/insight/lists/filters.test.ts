import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openPartner } from '../../../support/partners.ts';
import { openPayoutDesk } from '../../../support/payouts.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { openShop } from '../../../support/purchases-shop.ts';

/* What the filters of lists find, over HTTP, with a real database. plans.test.ts has what they read for it. */

const platform = await startTestPlatform();
const { api, admin } = platform;
const [network, other] = [await openPartner(platform), await openPartner(platform)];
const shop = await openShop(platform);

async function report(token: string, externalId: string, order?: string): Promise<string> {
  const reference = order === undefined ? {} : { order_reference: order };
  const answer = await shop.report({ external_id: externalId, amount: '20.00', ...reference }, token);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body.id;
}

async function idsOf(path: string): Promise<string[]> {
  const { status, body } = await api('GET', path, { token: admin.token });
  assert.equal(status, 200, JSON.stringify(body));
  return body.data.map(({ id }: { id: string }) => id);
}

describe('purchases are found', () => {
  test('by the ids of each of their sources, and by the order', async () => {
    const first = await report(network.token, 'net-1', 'No. 77');
    assert.equal(await report(other.token, 'shop-1', 'NO-77'), first);
    const second = await report(other.token, 'net-1');

    assert.deepEqual(await idsOf('/purchases?external_id=net-1'), [second, first]);
    assert.deepEqual(await idsOf('/purchases?external_id=shop-1'), [first]);
    assert.deepEqual(await idsOf('/purchases?external_id=shop-1&external_id=net-1'), [second, first]);
    assert.deepEqual(await idsOf('/purchases?external_id=NET-1'), []);
    assert.deepEqual(await idsOf('/purchases?order_id=%23no77'), [first]);
    assert.deepEqual(await idsOf(`/purchases?external_id=net-1&partner_id=${other.id}`), [second]);
    assert.deepEqual(await idsOf('/purchases?external_id=net-1&status=reversed&partner_id='), []);
  });

  test('by partner and by source', async () => {
    const buyer = shop.shopper.id;
    const [byShopper, byAdmin] = [await report(shop.shopper.token, 'own'), await report(admin.token, 'back')];
    const ofShopper = (query: string) => idsOf(`/purchases?user_id=${buyer}&${query}`);

    assert.deepEqual(await idsOf('/purchases?source=shopper'), [byShopper]);
    assert.deepEqual(await ofShopper('source=admin'), [byAdmin]);
    assert.deepEqual(await idsOf('/purchases?source=admin&source=shopper'), [byAdmin, byShopper]);
    assert.deepEqual(
      await idsOf('/purchases?source=partner'),
      await ofShopper(`partner_id=${network.id}&partner_id=${other.id}`),
    );
    assert.equal((await idsOf(`/purchases?partner_id=${network.id}`)).length, 1);
    assert.deepEqual(await idsOf(`/purchases?partner_id=${network.id}&source=admin`), []);
    assert.equal((await idsOf('/purchases?source=partner&source=admin')).length, 3);
  });

  test('by several statuses, in one order, page after page', async () => {
    const [one, two] = [await report(network.token, 'a'), await report(network.token, 'b')];
    await api('POST', `/purchases/${one}/confirmation`, { token: admin.token });
    await api('POST', `/purchases/${two}/reverse`, { token: admin.token, body: { reason: 'returned' } });
    const path = '/purchases?status=reversed&status=confirmed&limit=1';
    const first = await api('GET', path, { token: admin.token });
    const next = await api('GET', `${path}&cursor=${first.body.pagination.next_cursor}`, {
      token: admin.token,
    });
    assert.deepEqual(
      [...first.body.data, ...next.body.data].map(({ id }) => id),
      [two, one],
    );
    assert.deepEqual([first.body.pagination.total, next.body.pagination.next_cursor], [2, null]);
  });
});

test('payouts are found by the reference of their transfer, whatever its case, and by the time of the request', async () => {
  const desk = await openPayoutDesk(platform);
  const id = await desk.requested({ amount: '10.00' });
  await desk.process(id, { status: 'completed', external_reference: 'SEPA_1%' });

  assert.deepEqual(await idsOf('/payouts?external_reference=sepa_1%25'), [id]);
  assert.deepEqual(await idsOf('/payouts?external_reference=sepa-11'), []);
  const [from, to] = [-1, 1].map((seconds) => platform.now().add({ seconds }).toString());
  assert.deepEqual(await idsOf(`/payouts?from=${from}&to=${to}`), [id]);
  assert.deepEqual(await idsOf(`/payouts?from=${to}`), []);
});

test('merchants are found by a part of their name, and % is only a character', async () => {
  const id = await platform.createMerchant({ name: 'Straße 100% Organic' });
  for (const name of ['STRASSE', '100%25', 'organic', 'sse  100'])
    assert.deepEqual(await idsOf(`/merchants?name=${name}`), [id], name);
  assert.deepEqual(await idsOf('/merchants?name=%25organic'), []);
});

test('each list takes several values and ignores empty filters', async () => {
  const lists = {
    '/purchases': 'status=pending&status=confirmed&user_id=&held=&start_date=',
    '/users/me/purchases': 'status=pending&status=reversed',
    '/users': 'role=user&role=admin&status=active&status=inactive&email=',
    '/audit-logs': 'action=purchase.recorded&action=user.registered&actor_type=admin&actor_type=user&to=',
    '/purchase-holds': 'status=open&status=released&merchant_id=',
    '/payouts': 'status=requested&status=failed&user_id=',
    '/adjustments': 'status=completed&status=awaiting_approval&user_id=',
    '/offers': 'status=active&status=inactive&merchant_id=',
    '/merchants': 'active=&name=',
    '/partners': 'active=',
    '/feature-flags': 'key=a&key=b&scope_type=global&scope_type=user&scope_id=',
  };
  for (const [path, query] of Object.entries(lists)) {
    const { status, body } = await api('GET', `${path}?${query}`, { token: admin.token });
    assert.equal(status, 200, `${path}: ${JSON.stringify(body)}`);
  }
});
