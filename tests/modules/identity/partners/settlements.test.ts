import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openPartner } from '../../../support/partners.ts';
import { type Answer, startTestPlatform } from '../../../support/platform.ts';
import { adminActor, partnerActor } from '../../../support/purchases-builders.ts';
import { countRows, newOrder, openShop, rowsOf, type Shop } from '../../../support/purchases-shop.ts';

const platform = await startTestPlatform();
const { api, admin } = platform;
const [northwind, southwind] = [await openPartner(platform), await openPartner(platform)];

type Result = {
  external_id: string | null;
  purchase_id: string | null;
  status: number;
  purchase_status?: string;
  cashback_amount?: string;
  error?: { code: string; details: Record<string, unknown> };
};

function settle(token: string, items: readonly unknown[]): Promise<Answer> {
  return api('POST', '/purchases/settlements', { token, body: items });
}

function resultsOf(answer: Answer): Result[] {
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body.results;
}

/** The shop's and two more: one external id of one shopper would be one order. */
async function threeShoppers({ shopper }: Shop): Promise<string[]> {
  return [shopper.id, (await platform.registerUser()).id, (await platform.registerUser()).id];
}

describe('a list of settlements', () => {
  test('names purchases by either id, and answers for each in order', async () => {
    const shop = await openShop(platform);
    const buy = async () => {
      const external_id = newOrder();
      return { external_id, id: (await shop.report({ external_id }, northwind.token)).body.id };
    };
    const [kept, returned, declined] = [await buy(), await buy(), await buy()];

    const answer = await settle(northwind.token, [
      { external_id: kept.external_id, action: 'confirm' },
      { purchase_id: returned.id.toUpperCase(), action: 'reverse' },
      { external_id: declined.external_id, action: 'reverse', reason: 'declined' },
      { external_id: kept.external_id, action: 'confirm' },
      { external_id: 'nobody’s', action: 'confirm' },
    ]);

    const results = resultsOf(answer);
    assert.deepEqual(results.slice(0, 3), [
      {
        external_id: kept.external_id,
        purchase_id: kept.id,
        status: 200,
        purchase_status: 'confirmed',
        awaiting_release: false,
        cashback_amount: '5.00',
      },
      {
        external_id: returned.external_id,
        purchase_id: returned.id,
        status: 200,
        purchase_status: 'reversed',
        awaiting_release: false,
        cashback_amount: '0.00',
      },
      {
        external_id: declined.external_id,
        purchase_id: declined.id,
        status: 200,
        purchase_status: 'reversed',
        awaiting_release: false,
        cashback_amount: '0.00',
      },
    ]);
    const [again, missing] = results.slice(3);
    assert.deepEqual(
      [again?.status, again?.error?.code, again?.error?.details.status],
      [400, 'PURCHASE_NOT_PENDING', 'confirmed'],
    );
    assert.deepEqual(
      [missing?.external_id, missing?.purchase_id, missing?.status, missing?.error?.details],
      ['nobody’s', null, 404, { resource_type: 'purchase', resource_id: 'nobody’s' }],
    );
    assert.deepEqual(answer.body.summary, { total: 5, accepted: 3, duplicates: 0, refused: 2 });
    assert.equal(await shop.balances(), '0.0000 / 5.0000 / 0.0000');
    const rows = await rowsOf(
      platform,
      `select status, reversal_reason from purchases
      where id in ('${kept.id}', '${returned.id}', '${declined.id}') order by id`,
    );
    assert.deepEqual(rows, [
      { status: 'confirmed', reversal_reason: null },
      { status: 'reversed', reversal_reason: 'returned' },
      { status: 'reversed', reversal_reason: 'declined' },
    ]);
    const audited = await rowsOf(
      platform,
      `select actor_type, action from audit_logs where resource_id = '${kept.id}' order by id`,
    );
    assert.deepEqual(audited, [
      { actor_type: 'partner', action: 'purchase.recorded' },
      { actor_type: 'partner', action: 'purchase.confirmed' },
    ]);
  });

  test('is NDJSON too', async () => {
    const shop = await openShop(platform);
    const orders = [newOrder(), newOrder()];
    for (const external_id of orders) await shop.report({ external_id }, northwind.token);

    const answer = await api('POST', '/purchases/settlements', {
      token: northwind.token,
      headers: { 'content-type': 'application/x-ndjson' },
      body: orders.map((external_id) => JSON.stringify({ external_id, action: 'confirm' })).join('\n'),
    });

    assert.deepEqual(
      resultsOf(answer).map(({ status }) => status),
      [200, 200],
    );
    assert.equal(await shop.balances(), '0.0000 / 10.0000 / 0.0000');
  });

  test('may confirm and then reverse one purchase, under both of its names', async () => {
    const shop = await openShop(platform);
    const external_id = newOrder();
    const { id } = (await shop.report({ external_id }, northwind.token)).body;

    const results = resultsOf(
      await settle(northwind.token, [
        { external_id, action: 'confirm' },
        { purchase_id: id, action: 'reverse', reason: 'fraud' },
      ]),
    );

    assert.deepEqual(
      results.map(({ purchase_status }) => purchase_status),
      ['confirmed', 'reversed'],
    );
    assert.equal(await shop.balances(), '0.0000 / 0.0000 / 0.0000');
  });

  test('reaches the sender’s own purchase where several senders use one external id', async () => {
    const shop = await openShop(platform);
    const external_id = newOrder();
    const senders = [northwind.token, southwind.token, admin.token];
    const ids: string[] = [];
    const shoppers = await threeShoppers(shop);
    for (const [index, token] of senders.entries())
      ids.push((await shop.report({ external_id, user_id: shoppers[index] }, token)).body.id);

    for (const [index, token] of senders.entries()) {
      const [result] = resultsOf(await settle(token, [{ external_id, action: 'confirm' }]));
      assert.equal(result?.purchase_id, ids[index]);
    }
    for (const id of shoppers) assert.equal(await shop.balances('EUR', id), '0.0000 / 5.0000 / 0.0000');
  });

  test('is separate per sender also in one run of the batcher', async () => {
    const shop = await openShop(platform);
    const externalId = newOrder();
    const senders = [
      { actor: partnerActor(northwind.id), token: northwind.token },
      { actor: partnerActor(southwind.id), token: southwind.token },
      { actor: adminActor(admin.id), token: admin.token },
    ];
    const ids: string[] = [];
    const shoppers = await threeShoppers(shop);
    for (const [index, { token }] of senders.entries())
      ids.push((await shop.report({ external_id: externalId, user_id: shoppers[index] }, token)).body.id);

    const outcomes = await platform.platform.modules.purchases.client.settlePurchases(
      senders.map(({ actor }) => ({ actor, externalId, to: 'confirmed' })),
    );

    assert.deepEqual(
      outcomes.map((outcome) => outcome.ok && outcome.value.purchase.id),
      ids,
    );
  });

  test('answers 404 to a partner for purchases of others, by either id', async () => {
    const shop = await openShop(platform);
    const [theirs, nobodys] = [newOrder(), newOrder()];
    const ids = [
      (await shop.report({ external_id: theirs }, southwind.token)).body.id,
      (await shop.report({ external_id: nobodys }, admin.token)).body.id,
    ];
    const before = await countRows(platform);

    const results = resultsOf(
      await settle(northwind.token, [
        ...ids.map((purchase_id) => ({ purchase_id, action: 'reverse' })),
        { external_id: theirs, action: 'reverse' },
        { external_id: nobodys, action: 'confirm' },
      ]),
    );

    for (const [index, reference] of [...ids, theirs, nobodys].entries()) {
      assert.equal(results[index]?.status, 404);
      assert.equal(results[index]?.error?.code, 'NOT_FOUND');
      assert.deepEqual(results[index]?.error?.details, {
        resource_type: 'purchase',
        resource_id: reference,
      });
    }
    assert.deepEqual(await countRows(platform), before);
  });

  test('settles a purchase of any sender by its id, when an administrator sends it', async () => {
    const shop = await openShop(platform);
    const { id } = (await shop.report({}, southwind.token)).body;

    const [result] = resultsOf(await settle(admin.token, [{ purchase_id: id, action: 'confirm' }]));

    assert.equal(result?.purchase_status, 'confirmed');
  });
});

describe('settlements of one list and of another at once', () => {
  test('settle each purchase once, whatever it is called', async () => {
    const shop = await openShop(platform);
    const orders = Array.from({ length: 20 }, newOrder);
    const ids: string[] = [];
    for (const external_id of orders)
      ids.push((await shop.report({ external_id, amount: '10.00' }, northwind.token)).body.id);
    const byName = orders.map((external_id) => ({ external_id, action: 'confirm' }));
    const byId = ids.map((purchase_id) => ({ purchase_id, action: 'reverse' })).reverse();

    const answers = await Promise.all([
      settle(northwind.token, byName),
      settle(northwind.token, byId),
      settle(admin.token, byId.toReversed()),
    ]);

    const settled = answers.flatMap(resultsOf);
    assert.ok(settled.every(({ status }) => status === 200 || status === 400));
    const reversals = settled.filter(({ purchase_status }) => purchase_status === 'reversed');
    assert.equal(reversals.length, 20);
    assert.equal(await shop.balances(), '0.0000 / 0.0000 / 0.0000');
  });
});
