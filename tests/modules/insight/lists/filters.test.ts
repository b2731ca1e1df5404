import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { formatInstant } from '../../../../src/core/clock.ts';
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

/** Ids page after page, of two items each. */
async function pagesOf(
  path: string,
  idOf = ({ id }: Record<string, string>) => id,
): Promise<(string | undefined)[]> {
  const ids: (string | undefined)[] = [];
  let cursor = '';
  do {
    const { status, body } = await api('GET', `${path}&limit=2&cursor=${cursor}`, { token: admin.token });
    assert.equal(status, 200, JSON.stringify(body));
    ids.push(...body.data.map(idOf));
    cursor = body.pagination.next_cursor ?? '';
  } while (cursor !== '');
  return ids;
}

test('purchases, payouts and holds come in both orders, and a cursor continues in either', async () => {
  const desk = await openPayoutDesk(platform);
  const payouts = [];
  for (let count = 0; count < 3; count += 1) payouts.push(await desk.requested({ amount: '10.00' }));
  const elsewhere = await openShop(platform);
  const purchases = [];
  for (let count = 0; count < 3; count += 1)
    purchases.push((await elsewhere.report({}, elsewhere.shopper.token)).body.id);

  for (const [path, ids, idOf] of [
    [`/payouts?user_id=${desk.user.id}`, payouts, undefined],
    [`/purchases?user_id=${elsewhere.shopper.id}`, purchases, undefined],
    [`/purchases?status=pending&merchant_id=${elsewhere.merchantId}`, purchases, undefined],
    [
      `/purchase-holds?status=open&user_id=${elsewhere.shopper.id}`,
      purchases,
      (hold: Record<string, string>) => hold.purchase_id,
    ],
  ] as const) {
    assert.deepEqual(await pagesOf(`${path}&order=oldest`, idOf), ids, path);
    assert.deepEqual(await pagesOf(path, idOf), ids.toReversed(), path);
  }
});

test('purchases are overdue when their days are over, whatever keeps them pending but a hold', async () => {
  const late = await openShop(platform);
  const own = `user_id=${late.shopper.id}`;
  const [first, second, confirmed] = [await late.buy(), await late.buy(), await late.buy()];
  await late.confirm(confirmed.id);
  const held = (await late.report({}, late.shopper.token)).body.id;
  assert.deepEqual(await idsOf(`/purchases?overdue=true&${own}`), []);

  await api('PATCH', `/merchants/${late.merchantId}`, { token: admin.token, body: { confirmation_days: 0 } });
  await api('PATCH', `/merchants/${late.merchantId}/status`, {
    token: admin.token,
    body: { status: 'inactive' },
  });

  assert.deepEqual(await idsOf('/purchases?overdue=true'), [second.id, first.id]);
  assert.deepEqual(await idsOf(`/purchases?overdue=true&${own}&order=oldest`), [first.id, second.id]);
  assert.deepEqual(await pagesOf(`/purchases?overdue=true&merchant_id=${late.merchantId}&order=oldest`), [
    first.id,
    second.id,
  ]);
  assert.deepEqual(await idsOf(`/purchases?overdue=true&merchant_id=${shop.merchantId}`), []);
  assert.deepEqual(await idsOf('/purchases?overdue=true&status=confirmed'), []);
  assert.deepEqual(await idsOf('/purchases?overdue=true&held=true'), []);
  assert.deepEqual(await idsOf(`/purchases?held=true&${own}`), [held]);
  const { body } = await api('GET', `/purchases?${own}&order=oldest`, { token: admin.token });
  assert.deepEqual(
    body.data.map((purchase: { overdue_since: string | null }) => purchase.overdue_since),
    // It became due when it was made, and the clock stands still.
    [formatInstant(platform.now()), formatInstant(platform.now()), null, null],
  );
});

test('offers are found by their merchant, with what the cap leaves the shopper', async () => {
  const capped = await openShop(platform);
  const { token, id } = capped.shopper;
  const merchant = await api('GET', `/merchants/${capped.merchantId}`, { token: admin.token });
  const found = async () => {
    const { body } = await api('GET', `/offers/active?q=${encodeURIComponent(merchant.body.name)}`, {
      token,
    });
    return body.data.map(({ cap_left, confirmation_days }: Record<string, unknown>) => [
      cap_left,
      confirmation_days,
    ]);
  };
  assert.deepEqual(await found(), [[null, 30]]);
  await api('PATCH', `/offers/${capped.offerId}/status`, {
    token: admin.token,
    body: { status: 'inactive' },
  });
  assert.deepEqual(await found(), []);
  const today = platform.now().toString().slice(0, 10);
  await platform.createOffer(capped.merchantId, {
    monthly_cap: 8,
    start_date: today,
    end_date: today,
  });
  assert.deepEqual(await found(), [[8, 30]]);
  await capped.buy({ amount: '100.00', user_id: id });
  assert.deepEqual(await found(), [[3, 30]]);
});

/** The rows of a CSV text as Python's reader has them: by the names of its header. */
function readByPython(text: string): Record<string, string>[] {
  const program =
    'import csv, json, sys\njson.dump(list(csv.DictReader(open(0, newline="", encoding="utf-8"), strict=True)), sys.stdout)';
  return JSON.parse(execFileSync('python3', ['-c', program], { input: text, encoding: 'utf8' }));
}

const hasPython = spawnSync('python3', ['--version']).status === 0;

test('a list is a table for a foreign reader, without formulas', {
  skip: !hasPython && 'no python3',
}, async () => {
  const name = '=HYPERLINK("http://x","1, 2")';
  const merchantId = await platform.createMerchant({ name });
  await platform.createOffer(merchantId);
  const ids = ['=1+1', '+49 1', '-2', '@x', 'a,"b"', 'ümläut 😀'];
  for (const external_id of ids) await shop.report({ external_id, merchant_id: merchantId }, admin.token);
  const path = `/purchases?merchant_id=${merchantId}`;
  const csv = await api('GET', path, { token: admin.token, headers: { accept: 'text/csv' } });
  const { body } = await api('GET', path, { token: admin.token });

  assert.equal(csv.headers['x-truncated'], 'false');
  const rows = readByPython(csv.body);
  assert.deepEqual(
    rows.map((row) => row.external_id),
    ["'=1+1", "'+49 1", '-2', "'@x", 'a,"b"', 'ümläut 😀'].toReversed(),
  );
  for (const [index, row] of rows.entries()) {
    const shown = body.data[index];
    assert.deepEqual(Object.keys(row), Object.keys(shown));
    assert.equal(row.merchant_name, `'${name}`);
    assert.equal(row.amount, shown.amount);
    assert.equal(row.held, String(shown.held));
    assert.equal(row.confirmed_at, '');
  }
});
