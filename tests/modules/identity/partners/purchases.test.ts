import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openPartner } from '../../../support/partners.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { partnerActor } from '../../../support/purchases-builders.ts';
import { countRows, newOrder, openShop, rowsOf } from '../../../support/purchases-shop.ts';

const platform = await startTestPlatform();
const { api, admin } = platform;
const shop = await openShop(platform);
const [northwind, southwind] = [await openPartner(platform), await openPartner(platform)];

const report = (fields: Record<string, unknown>, token: string) => shop.report(fields, token);

const partnersOf = async (externalId: string) =>
  (
    await rowsOf(
      platform,
      `select partner_id from purchases where external_id = '${externalId}' order by partner_id nulls last`,
    )
  ).map(({ partner_id }) => partner_id);

describe('a purchase that a partner sends', () => {
  test('is recorded, rewarded and audited as the partner’s', async () => {
    const external_id = newOrder();

    const answer = await report({ external_id }, northwind.token);

    const { id } = answer.body;
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    assert.deepEqual(answer.body, { id, status: 'pending', cashback_amount: '5.00', matched: false });
    const [row] = await rowsOf(platform, `select partner_id, user_id from purchases where id = '${id}'`);
    assert.deepEqual(row, { partner_id: northwind.id, user_id: shop.shopper.id });
    const audited = await rowsOf(
      platform,
      `select actor_type, actor_id, action from audit_logs where resource_id = '${id}'`,
    );
    assert.deepEqual(audited, [
      { actor_type: 'partner', actor_id: northwind.id, action: 'purchase.recorded' },
    ]);
    const listed = await api('GET', '/purchases?limit=1', { token: admin.token });
    assert.equal(listed.body.data[0].partner_id, northwind.id);
  });

  test('is shown to the partner', async () => {
    const { body } = await report({}, northwind.token);

    const shown = await api('GET', `/purchases/${body.id.toUpperCase()}`, { token: northwind.token });

    assert.equal(shown.status, 200);
    assert.deepEqual([shown.body.id, shown.body.cashback_amount], [body.id, '5.00']);
  });

  test('is confirmed and reversed by the partner', async () => {
    const [kept, returned] = [await report({}, northwind.token), await report({}, northwind.token)];
    const { token } = northwind;

    const confirmed = await api('POST', `/purchases/${kept.body.id}/confirmation`, { token });
    const reversed = await api('PATCH', `/purchases/${returned.body.id}/reverse`, {
      token,
      body: { reason: 'declined' },
    });

    assert.deepEqual([confirmed.status, confirmed.body.status], [200, 'confirmed']);
    assert.deepEqual([reversed.status, reversed.body.status], [200, 'reversed']);
    const actions = await rowsOf(
      platform,
      `select action from audit_logs where actor_id = '${northwind.id}' and actor_type = 'partner'
        and resource_id in ('${kept.body.id}', '${returned.body.id}') order by id`,
    );
    assert.deepEqual(
      actions.map(({ action }) => action),
      ['purchase.recorded', 'purchase.recorded', 'purchase.confirmed', 'purchase.reversed'],
    );
  });

  test('of an administrator or of another partner cannot be settled', async () => {
    const ids = [(await report({}, admin.token)).body.id, (await report({}, southwind.token)).body.id];
    const before = await countRows(platform);

    for (const id of ids) {
      for (const path of [`/purchases/${id}/confirmation`, `/purchases/${id}/reverse`]) {
        const answer = await api('POST', path, { token: northwind.token });
        assert.equal(answer.status, 404);
        assert.deepEqual(answer.body.error.details, { resource_type: 'purchase', resource_id: id });
      }
    }

    assert.deepEqual(await countRows(platform), before);
  });
});

describe('an external id', () => {
  test('is the partner’s own: two partners and an administrator may use one, each of them once', async () => {
    const external_id = newOrder();
    const senders = [northwind.token, southwind.token, admin.token];

    const first = await Promise.all(senders.map((token) => report({ external_id }, token)));
    const again = await Promise.all(senders.map((token) => report({ external_id }, token)));

    assert.deepEqual(
      first.map(({ status }) => status),
      [201, 201, 201],
    );
    for (const [index, { status, body }] of again.entries()) {
      assert.equal(status, 409);
      assert.equal(body.error.code, 'DUPLICATE_PURCHASE');
      assert.equal(body.error.details.purchase.id, first[index]?.body.id);
      assert.deepEqual(body.error.details.differences, []);
    }
    const partners = [northwind.id, southwind.id].sort();
    assert.deepEqual(await partnersOf(external_id), [...partners, null]);
  });

  test('that is repeated with other content names the differences from the partner’s own purchase', async () => {
    const external_id = newOrder();
    await report({ external_id, amount: '10.00' }, southwind.token);
    await report({ external_id, amount: '20.00' }, northwind.token);

    const repeat = await report({ external_id, amount: '10.00' }, northwind.token);

    assert.equal(repeat.status, 409);
    assert.equal(repeat.body.error.details.purchase.amount, '20.00');
    assert.deepEqual(repeat.body.error.details.differences, ['amount']);
  });

  test('is separate per partner also in one run of the batcher', async () => {
    const { reportPurchases } = platform.platform.modules.purchases.client;
    const externalId = newOrder();
    const of = (partner: { id: string } | undefined, amount: bigint) =>
      shop.submission({ externalId, amount, ...(partner && { actor: partnerActor(partner.id) }) });
    const mixed = [
      of(northwind, 1_000n),
      of(southwind, 2_000n),
      of(undefined, 3_000n),
      of(northwind, 1_000n),
      of(southwind, 9_900n),
      of(undefined, 3_000n),
    ];

    const outcomes = await reportPurchases(mixed);

    const told = outcomes.map((outcome) =>
      outcome.ok
        ? [outcome.value.purchase.partnerId, outcome.value.purchase.amount]
        : (outcome.error as { details: { purchase: { amount: string }; differences: string[] } }).details,
    );
    assert.deepEqual(told.slice(0, 3), [
      [northwind.id, 1_000n],
      [southwind.id, 2_000n],
      [null, 3_000n],
    ]);
    const repeats = told.slice(3) as { purchase: { amount: string }; differences: string[] }[];
    assert.deepEqual(
      repeats.map(({ purchase, differences }) => [purchase.amount, differences]),
      [
        ['10.00', []],
        ['20.00', ['amount']],
        ['30.00', []],
      ],
    );
    assert.equal((await partnersOf(externalId)).length, 3);
  });

  test('with a space in it is no other partner’s', async () => {
    const { reportPurchases } = platform.platform.modules.purchases.client;
    const order = newOrder();
    const outcomes = await reportPurchases([
      shop.submission({ externalId: `${northwind.id} ${order}` }),
      shop.submission({ externalId: order, actor: partnerActor(northwind.id) }),
      shop.submission({ externalId: `null ${order}` }),
      shop.submission({ externalId: order }),
    ]);
    assert.ok(outcomes.every(({ ok }) => ok));
  });
});

describe('a batch of a partner', () => {
  test('is answered item by item, as JSON and as NDJSON', async () => {
    const [known, fresh] = [newOrder(), newOrder()];
    await report({ external_id: known }, northwind.token);
    await report({ external_id: fresh }, southwind.token);
    const items = [
      shop.body({ external_id: known }),
      shop.body({ external_id: fresh }),
      { external_id: 'bad' },
    ];

    const json = await api('POST', '/purchases/batch', { token: northwind.token, body: items });
    const ndjson = await api('POST', '/purchases/batch', {
      token: northwind.token,
      headers: { 'content-type': 'application/x-ndjson' },
      body: items.map((item) => JSON.stringify(item)).join('\n'),
    });

    const statuses = (answer: typeof json) =>
      answer.body.results.map(({ status }: { status: number }) => status);
    assert.deepEqual(statuses(json), [409, 201, 422]);
    assert.deepEqual(statuses(ndjson), [409, 409, 422]);
    assert.deepEqual((await partnersOf(fresh)).sort(), [northwind.id, southwind.id].sort());
  });
});
