import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openPartner, type TestPartner } from '../../../support/partners.ts';
import { assertRefused, startTestPlatform } from '../../../support/platform.ts';
import { openShop, rowsOf, type Shop } from '../../../support/purchases-shop.ts';

/*
 * One order that the shopper and networks report, is rewarded once. All of it over HTTP, with a real database.
 */

const platform = await startTestPlatform();
const { api, admin } = platform;
const [network, other] = [await openPartner(platform), await openPartner(platform)];

const ORDER = { order_reference: '#1001' };

const holdsOf = async (userId: string): Promise<string[]> => {
  const { body } = await api('GET', `/purchase-holds?user_id=${userId}&status=open`, { token: admin.token });
  return body.data.flatMap((hold: { reasons: { rule: string }[] }) => hold.reasons.map(({ rule }) => rule));
};

const settle = async (partner: TestPartner, ...body: Record<string, unknown>[]) =>
  (await api('POST', '/purchases/settlements', { token: partner.token, body })).body.results;

const tell = (shop: Shop, { token }: { readonly token: string }, fields: Record<string, unknown> = {}) =>
  shop.report({ amount: '80.00', ...ORDER, ...fields }, token);

async function purchasesOf(shop: Shop): Promise<number> {
  const [row] = await rowsOf(
    platform,
    `select count(*)::int as count from purchases where user_id = '${shop.shopper.id}'`,
  );
  return Number(row?.count);
}

describe('an order that the shopper reported first', () => {
  test('is one purchase, by what the network says: 80.00, then 78.50 at 5 % makes 3.92, never 7.92', async () => {
    const shop = await openShop(platform);
    const first = await tell(shop, shop.shopper, { external_id: 'mine' });
    assert.deepEqual([first.status, first.body.matched], [201, false]);
    assert.equal(await shop.balances(), '4.0000 / 0.0000 / 0.0000');
    assert.deepEqual(await holdsOf(shop.shopper.id), ['self_report']);

    const second = await tell(shop, network, {
      external_id: 'n-1',
      amount: '78.50',
      order_reference: '1001',
    });

    assert.deepEqual(second.body, {
      id: first.body.id,
      status: 'pending',
      cashback_amount: '3.92',
      matched: true,
    });
    assert.deepEqual(await holdsOf(shop.shopper.id), []);
    const [settled] = await settle(network, { external_id: 'n-1', action: 'confirm' });
    assert.deepEqual([settled.purchase_id, settled.purchase_status], [first.body.id, 'confirmed']);
    assert.equal(await shop.balances(), '0.0000 / 3.9200 / 0.0000');
    assert.deepEqual(await shop.journal(), [
      '1 cashback_credit platform>pending 4.0000',
      '2 cashback_reversal pending>platform 0.0800',
      '3 cashback_confirmation pending>available 3.9200',
    ]);
    assert.equal(await purchasesOf(shop), 1);
  });

  test('is shown to the network that reported it too, and to no other', async () => {
    const shop = await openShop(platform);
    const { id } = (await tell(shop, shop.shopper)).body;
    await tell(shop, network);

    assert.equal((await api('GET', `/purchases/${id}`, { token: network.token })).status, 200);
    assertRefused(await api('GET', `/purchases/${id}`, { token: other.token }), 404, 'NOT_FOUND');
    const [hidden] = await settle(other, { purchase_id: id, action: 'reverse' });
    assert.equal(hidden.status, 404);
  });

  test('is reported once by each source: a repeat is 409 with the purchase', async () => {
    const shop = await openShop(platform);
    const { id } = (await tell(shop, shop.shopper)).body;
    await tell(shop, network, { external_id: 'twice' });

    const repeat = await tell(shop, network, { external_id: 'twice' });

    assertRefused(repeat, 409, 'DUPLICATE_PURCHASE');
    assert.equal(repeat.body.error.details.purchase.id, id);
  });

  test('is one where both come in the same list, in either order', async () => {
    for (const isSwapped of [false, true]) {
      const shop = await openShop(platform);
      const reports = [
        shop.submission({ actor: { type: 'user', id: shop.shopper.id, requestId: null }, orderKey: '7' }),
        shop.submission({ actor: { type: 'partner', id: network.id, requestId: null }, orderKey: '7' }),
        shop.submission({ actor: { type: 'partner', id: other.id, requestId: null }, orderKey: '7' }),
      ];
      const outcomes = await platform.platform.modules.purchases.client.reportPurchases(
        isSwapped ? reports.toReversed() : reports,
      );
      assert.deepEqual(
        outcomes.map((outcome) => outcome.ok && outcome.value.matched),
        [false, true, true],
      );
      assert.equal(await purchasesOf(shop), 1);
      assert.equal(await shop.balances(), '5.0000 / 0.0000 / 0.0000');
    }
  });

  test('is one where all sources report it at once', async () => {
    const shop = await openShop(platform);
    // A wallet's row is what such reports wait for.
    await shop.buy({ external_id: `first ${shop.merchantId}`, amount: '1.00' });
    const sources = [shop.shopper, network, other, admin];
    const answers = await Promise.all(sources.map((source) => tell(shop, source, { amount: '100.00' })));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [201, 201, 201, 201],
    );
    assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
    assert.equal(await purchasesOf(shop), 2);
    assert.equal(await shop.balances(), '5.0500 / 0.0000 / 0.0000');
  });
});

describe('an order that a network reported first', () => {
  test('stays as it is when the shopper and another network report it: they are evidence', async () => {
    const shop = await openShop(platform);
    const { id } = (await tell(shop, network, { external_id: 'first' })).body;

    for (const source of [shop.shopper, other]) {
      const later = await tell(shop, source, { amount: '99.00', external_id: 'later' });
      assert.deepEqual([later.body.id, later.body.cashback_amount, later.body.matched], [id, '4.00', true]);
    }
    assert.equal(await shop.balances(), '4.0000 / 0.0000 / 0.0000');
  });

  test('is confirmed, reversed and amended by that network alone', async () => {
    const shop = await openShop(platform);
    await tell(shop, network, { external_id: 'mine' });
    await tell(shop, other, { external_id: 'theirs' });

    const kept = await settle(
      other,
      { external_id: 'theirs', action: 'confirm' },
      { external_id: 'theirs', action: 'amend', amount: '1.00', reason: 'returned', version: '1' },
      { external_id: 'theirs', action: 'reverse', reason: 'declined' },
    );
    assert.deepEqual(
      kept.map((one: { status: number; purchase_status: string }) => [one.status, one.purchase_status]),
      [
        [200, 'pending'],
        [200, 'pending'],
        [200, 'pending'],
      ],
    );
    const logs = await api('GET', '/audit-logs?action=purchase.statement_kept', { token: admin.token });
    assert.deepEqual(
      logs.body.data
        .slice(0, 3)
        .map((one: { details: { statement: string } }) => one.details.statement)
        .toSorted(),
      ['amended', 'confirmed', 'reversed'],
    );
    const [confirmed] = await settle(network, { external_id: 'mine', action: 'confirm' });
    assert.equal(confirmed.purchase_status, 'confirmed');
    assert.equal(await shop.balances(), '0.0000 / 4.0000 / 0.0000');
  });

  test('gets a second purchase for another part, which has an id of its own', async () => {
    const shop = await openShop(platform);
    await tell(shop, network, { external_id: 'part-1', amount: '40.00' });
    const part = await tell(shop, network, { external_id: 'part-2', amount: '60.00' });
    assert.deepEqual([part.status, part.body.matched], [201, false]);
    assert.equal(await purchasesOf(shop), 2);

    // Another source tells both parts as well: each is matched with the closest.
    const [two, one] = [
      await tell(shop, other, { external_id: 'b', amount: '60.00' }),
      await tell(shop, other, { external_id: 'a', amount: '40.00' }),
    ];
    assert.deepEqual([two.body.id === part.body.id, one.body.matched], [true, true]);
    assert.equal(await purchasesOf(shop), 2);
  });

  test('is reported again after its reversal, which is final', async () => {
    const shop = await openShop(platform);
    const { id } = (await tell(shop, network)).body;
    await shop.reverse(id, 'declined');

    const later = await tell(shop, other);

    assert.deepEqual([later.status, later.body.matched], [201, false]);
    assert.equal(await shop.balances(), '4.0000 / 0.0000 / 0.0000');
  });
});

describe('an order that seems to be known', () => {
  test('is held as same_order where the amounts are further apart than a factor of two', async () => {
    const shop = await openShop(platform);
    await tell(shop, network);
    const apart = await tell(shop, other, { amount: '160.01' });
    assert.deepEqual([apart.status, apart.body.matched], [201, false]);
    assert.deepEqual(await holdsOf(shop.shopper.id), ['same_order']);
    const [refused] = await settle(other, { purchase_id: apart.body.id, action: 'confirm' });
    assert.equal(refused.error.code, 'PURCHASE_ON_HOLD');
  });

  test('is held as same_order by its external id alone, before money can leave', async () => {
    const shop = await openShop(platform);
    await shop.report({ external_id: 'same', amount: '10.00' }, network.token);
    const { id } = (await shop.report({ external_id: 'same', amount: '70.00' }, other.token)).body;

    const [refused] = await settle(other, { external_id: 'same', action: 'confirm' });

    assert.equal(refused.error.code, 'PURCHASE_ON_HOLD');
    assert.deepEqual(await holdsOf(shop.shopper.id), ['same_order']);
    assert.equal((await shop.confirm(id)).status, 200);
  });

  test('is held as similar_order with the same amount within a day, by the job and before its confirmation', async () => {
    const shop = await openShop(platform);
    const amount = '49.90';
    await shop.report({ amount, purchased_at: '2026-03-01T10:00:00Z' }, network.token);
    await shop.report({ amount, purchased_at: '2026-03-02T10:00:01Z' }, other.token);
    await platform.runJob('order-doubts');
    assert.deepEqual(await holdsOf(shop.shopper.id), []);

    await shop.report({ amount, purchased_at: '2026-03-02T10:00:00Z' }, other.token);
    await platform.runJob('order-doubts');
    assert.deepEqual(await holdsOf(shop.shopper.id), ['similar_order']);

    await shop.report({ amount, purchased_at: '2026-02-28T10:00:00Z' }, other.token);
    await platform.passTime({ hours: 24 * 40 });
    await platform.runJob('auto-confirmation');
    assert.deepEqual(await holdsOf(shop.shopper.id), ['similar_order', 'similar_order']);
    assert.equal(await shop.balances(), '5.0000 / 5.0000 / 0.0000');
  });

  test('of another shopper holds the one that counts less, and both if they count the same', async () => {
    const shop = await openShop(platform);
    const thief = await platform.registerUser();
    const claimed = await shop.report({ ...ORDER, user_id: thief.id }, thief.token);
    assert.equal(claimed.status, 201);

    const { id } = (await tell(shop, network)).body;

    assert.deepEqual(await holdsOf(shop.shopper.id), []);
    assert.deepEqual(await holdsOf(thief.id), ['self_report']);
    const [confirmed] = await settle(network, { purchase_id: id, action: 'confirm' });
    assert.equal(confirmed.purchase_status, 'confirmed');

    const second = await shop.report({ ...ORDER, user_id: thief.id }, other.token);
    assert.equal(second.body.matched, true);
    assert.deepEqual(await holdsOf(thief.id), []);
    const [doubted] = await settle(other, { purchase_id: second.body.id, action: 'confirm' });
    assert.equal(doubted.error.code, 'PURCHASE_ON_HOLD');
    assert.deepEqual(await holdsOf(thief.id), ['order_of_another_user']);
  });

  test('stays released where an administrator released it', async () => {
    const shop = await openShop(platform);
    await tell(shop, network);
    const { id } = (await tell(shop, other, { amount: '200.00' })).body;
    await api('POST', `/purchases/${id}/release`, { token: admin.token });

    const [confirmed] = await settle(other, { purchase_id: id, action: 'confirm' });

    assert.equal(confirmed.purchase_status, 'confirmed');
  });

  test('is held above the ceiling, and does not take over what is known', async () => {
    const shop = await openShop(platform);
    await tell(shop, shop.shopper, { amount: '9000.00' });
    const large = await tell(shop, network, { amount: '12000.00' });
    assert.equal(large.body.matched, false);
    assert.deepEqual((await holdsOf(shop.shopper.id)).toSorted(), [
      'above_ceiling',
      'same_order',
      'self_report',
    ]);
  });
});

describe('the same order number', () => {
  test('at two shops by two shoppers is two purchases', async () => {
    for (const shop of [await openShop(platform), await openShop(platform)]) {
      const answer = await tell(shop, shop.shopper, { external_id: '#1001' });
      assert.deepEqual([answer.status, answer.body.matched], [201, false]);
      assert.equal(await shop.balances(), '4.0000 / 0.0000 / 0.0000');
    }
  });

  test('needs a letter or a digit', async () => {
    const shop = await openShop(platform);
    assertRefused(await shop.report({ order_reference: '#-/ ' }), 422, 'VALIDATION_ERROR');
  });
});

describe('POST /purchases/{id}/match', () => {
  const match = (id: string, purchase_id: string) =>
    api('POST', `/purchases/${id}/match`, {
      token: admin.token,
      body: { purchase_id, reason: 'the receipt says so' },
    });

  test('takes over another purchase: it is reversed, and its source settles this one', async () => {
    const shop = await openShop(platform);
    const own = (await shop.report({ amount: '80.00' }, shop.shopper.token)).body;
    const twin = (await shop.report({ amount: '78.50', external_id: 'twin' }, network.token)).body;

    const answer = await match(own.id, twin.id);

    assert.deepEqual(answer.body, {
      id: own.id,
      amount: '78.50',
      original_amount: '80.00',
      cashback_amount: '3.92',
      cashback_status: 'pending',
      revision: 1,
    });
    assert.equal(await shop.balances(), '3.9200 / 0.0000 / 0.0000');
    const [confirmed] = await settle(network, { external_id: 'twin', action: 'confirm' });
    assert.deepEqual([confirmed.purchase_id, confirmed.purchase_status], [own.id, 'confirmed']);
    assert.equal(await shop.balances(), '0.0000 / 3.9200 / 0.0000');
    assertRefused(await shop.report({ external_id: 'twin' }, network.token), 409, 'DUPLICATE_PURCHASE');
  });

  test('takes over what the other one has used of a cap', async () => {
    const shop = await openShop(platform, { monthly_cap: 3 });
    const first = (await shop.report({ amount: '80.00' }, shop.shopper.token)).body;
    const second = (await shop.report({ amount: '78.50' }, network.token)).body;
    assert.deepEqual([first.cashback_amount, second.cashback_amount], ['3.00', '0.00']);

    const answer = await match(second.id, first.id);

    assert.deepEqual([answer.body.amount, answer.body.cashback_amount], ['78.50', '3.00']);
    assert.equal(await shop.balances(), '3.0000 / 0.0000 / 0.0000');
    const later = await shop.report({ amount: '50.00' }, network.token);
    assert.equal(later.body.cashback_amount, '0.00');
  });

  test('is refused for a settled, a foreign and an unknown purchase, and changes nothing', async () => {
    const shop = await openShop(platform);
    const elsewhere = await openShop(platform);
    const own = await shop.buy();
    const settled = (await shop.report({}, network.token)).body;
    await shop.confirm(settled.id);
    const before = await shop.journal();

    assertRefused(await match(own.id, settled.id), 400, 'PURCHASE_NOT_PENDING');
    assertRefused(await match(own.id, (await elsewhere.buy()).id), 400, 'VALIDATION_ERROR');
    assertRefused(await match(own.id, own.id), 400, 'VALIDATION_ERROR');
    assertRefused(await match(own.id, network.id), 404, 'NOT_FOUND');
    assertRefused(await match(network.id, own.id), 404, 'NOT_FOUND');
    await shop.reverse(own.id);
    assertRefused(
      await match(own.id, (await shop.report({}, other.token)).body.id),
      400,
      'PURCHASE_ALREADY_REVERSED',
    );
    assert.deepEqual((await shop.journal()).slice(0, before.length), before);
  });
});

describe('an external id that names two purchases', () => {
  test('is 409 AMBIGUOUS_REFERENCE: each is settled by its own id', async () => {
    const shop = await openShop(platform);
    const recorded = (await shop.report({ external_id: 'both', amount: '10.00' }, network.token)).body;
    const known = (await tell(shop, other)).body;
    // Two reports of one id at the same instant, one of which was matched.
    await rowsOf(
      platform,
      `insert into purchase_witnesses (namespace, external_id, purchase_id, source_kind, amount, currency, reported_at)
       values ('${network.id}', 'both', '${known.id}', 'partner', 80, 'EUR', now())`,
    );

    const [refused] = await settle(network, { external_id: 'both', action: 'confirm' });

    assert.deepEqual([refused.status, refused.error.code], [409, 'AMBIGUOUS_REFERENCE']);
    const [confirmed] = await settle(network, { purchase_id: recorded.id, action: 'confirm' });
    assert.equal(confirmed.purchase_status, 'confirmed');
  });
});
