import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { verifyLedger } from '../../../../src/modules/insight/proof/index.ts';
import { openPartner } from '../../../support/partners.ts';
import { assertRefused, startTestPlatform } from '../../../support/platform.ts';
import { newOrder, openShop, rowsOf, type Shop } from '../../../support/purchases-shop.ts';

/* Purchases that are recorded with the parts of their order. */

const platform = await startTestPlatform();
const { api, admin, database } = platform;

const line = (line_id: string, amount: string, status = 'approved') => ({ line_id, amount, status });

const show = async (id: string) => (await api('GET', `/purchases/${id}`, { token: admin.token })).body;

async function detailsOf(id: string): Promise<number> {
  const [row] = await rowsOf(
    platform,
    `select count(*)::int as n from purchase_details where purchase_id = '${id}'`,
  );
  return Number(row?.n);
}

describe('a purchase with lines', () => {
  test('may have a hundred of them, however it is reported and amended', async () => {
    const shop = await openShop(platform);
    const lines = Array.from({ length: 100 }, (_, index) => ({
      ...line(`sku-${index}`, '1.00'),
      category: 'books',
    }));
    const { token } = admin;

    const { id } = await shop.buy({ amount: '100.00', lines });
    assert.equal((await show(id)).lines.length, 100);
    const reports = [shop.body({ amount: '100.00', lines }), shop.body({ amount: '100.00', lines })];
    const list = await api('POST', '/purchases/batch', { token, body: reports });
    assert.deepEqual(list.body.summary, { total: 2, accepted: 2, duplicates: 0, refused: 0 });
    const ndjson = await api('POST', '/purchases/batch', {
      token,
      headers: { 'content-type': 'application/x-ndjson' },
      body: JSON.stringify(shop.body({ amount: '100.00', lines })),
    });
    assert.equal(ndjson.body.summary.accepted, 1);
    const rejected = lines.map((one) => ({ ...one, status: 'rejected' }));
    assert.equal((await shop.amend(id, { lines: rejected })).body.amount, '0.00');
    const amendment = { purchase_id: id, action: 'amend', lines, reason: 'found', version: 'all' };
    const settled = await api('POST', '/purchases/settlements', { token, body: [amendment] });
    assert.equal(settled.body.results[0].cashback_amount, '5.00');

    const more = [...lines, line('one more', '1.00')];
    assertRefused(await shop.report({ amount: '101.00', lines: more }), 422, 'VALIDATION_ERROR');
  });

  test('is rewarded by its amount, which is rounded once', async () => {
    const shop = await openShop(platform);
    const lines = [line('a', '0.33'), line('b', '0.33'), line('c', '0.33')];

    const { id, cashback_amount } = await shop.buy({ amount: '0.99', lines });

    // Rounded line by line it would be 0.06.
    assert.equal(cashback_amount, '0.05');
    assert.deepEqual(
      (await show(id)).lines,
      lines.map((one) => ({ ...one, category: null })),
    );
    const { verdict, faults } = await verifyLedger(database);
    assert.deepEqual([verdict, faults], ['right', []]);
  });

  test('is refused where they do not add up, in a batch alone', async () => {
    const shop = await openShop(platform);
    const sound = shop.body({ lines: [line('a', '60.00'), line('b', '40.00')] });
    const short = shop.body({ lines: [line('a', '60.00'), line('b', '40.00', 'rejected')] });
    const twice = shop.body({ lines: [line('a', '60.00'), line('a', '40.00')] });

    const { body } = await api('POST', '/purchases/batch', {
      token: admin.token,
      body: [short, sound, twice],
    });

    assert.deepEqual(
      body.results.map(({ status }: { status: number }) => status),
      [422, 201, 422],
    );
    for (const index of [0, 2]) {
      const { code, details } = body.results[index].error;
      assert.deepEqual([code, details.violations[0].field], ['VALIDATION_ERROR', 'lines']);
    }
    assertRefused(await shop.report({ lines: [line('a', '60.00')] }), 422, 'VALIDATION_ERROR');
    assert.equal(await detailsOf(body.results[1].id), 1);
  });

  test('that is repeated names the lines among the differences, also within one list', async () => {
    const shop = await openShop(platform);
    const external_id = newOrder();
    const lines = [line('a', '100.00')];
    const first = shop.body({ external_id, lines });
    const other = { ...first, lines: [line('b', '100.00')] };
    const differences = (result: { error: { details: { differences: string[] } } }) =>
      result.error.details.differences;

    const { body } = await api('POST', '/purchases/batch', {
      token: admin.token,
      body: [first, first, other],
    });

    assert.deepEqual(body.results.slice(1).map(differences), [[], ['lines']]);
    for (const [repeat, expected] of [
      [first, []],
      [other, ['lines']],
      [{ ...first, lines: undefined }, ['lines']],
    ] as const)
      assert.deepEqual(differences((await shop.report(repeat)).body), expected);
  });

  test('is not confirmed automatically while one of them is pending', async () => {
    const shop = await openShop(platform);
    const [decided, undecided] = [
      await shop.buy({ lines: [line('a', '100.00')] }),
      await shop.buy({ lines: [line('a', '60.00'), line('b', '40.00', 'pending')] }),
    ];
    await platform.passTime({ hours: 24 * 31 });

    await platform.runJob('auto-confirmation');
    assert.equal((await show(decided.id)).status, 'confirmed');
    assert.equal((await show(undecided.id)).status, 'pending');

    // An amendment by amount says nothing of the lines.
    await shop.amend(undecided.id, { amount: '90.00' });
    await platform.runJob('auto-confirmation');
    assert.equal((await show(undecided.id)).status, 'pending');

    await shop.amend(undecided.id, { lines: [line('a', '60.00'), line('b', '40.00', 'rejected')] });
    await platform.runJob('auto-confirmation');
    const { status, amount, lines } = await show(undecided.id);
    assert.deepEqual([status, amount], ['confirmed', '60.00']);
    assert.deepEqual(
      lines.map((one: { status: string }) => one.status),
      ['approved', 'rejected'],
    );
  });

  test('may be confirmed by hand while one of them is pending', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy({ lines: [line('a', '100.00', 'pending')] });
    assert.equal((await shop.confirm(id)).status, 200);
  });
});

describe('a report of an order that another source has reported', () => {
  const report = async (shop: Shop, token: string, amount: string, lines: object[]) => {
    const answer = await shop.report({ order_reference: '#1001', amount, lines }, token);
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body;
  };

  test('has its lines if it decides, and they are not confirmed while one is pending', async () => {
    const shop = await openShop(platform);
    const partner = await openPartner(platform);
    const { id } = await report(shop, shop.shopper.token, '100.00', [line('mine', '100.00')]);

    const matched = await report(shop, partner.token, '90.00', [line('a', '90.00', 'pending')]);

    assert.deepEqual([matched.id, matched.matched], [id, true]);
    assert.deepEqual((await show(id)).lines, [{ ...line('a', '90.00', 'pending'), category: null }]);
    await platform.passTime({ hours: 24 * 31 });
    await platform.runJob('auto-confirmation');
    assert.equal((await show(id)).status, 'pending');
  });

  test('leaves the lines as they are if it does not decide', async () => {
    const shop = await openShop(platform);
    const partner = await openPartner(platform);
    const { id } = await report(shop, partner.token, '90.00', [line('a', '90.00')]);

    const matched = await report(shop, shop.shopper.token, '100.00', [line('mine', '100.00', 'pending')]);

    assert.deepEqual([matched.id, matched.matched], [id, true]);
    assert.deepEqual((await show(id)).lines, [{ ...line('a', '90.00'), category: null }]);
  });
});

describe('a purchase without lines', () => {
  test('has no row of details, and shows none', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy();
    assert.equal(await detailsOf(id), 0);
    assert.equal((await show(id)).lines, null);
  });
});
