import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runSql } from '../../../support/database.ts';
import { openPartner } from '../../../support/partners.ts';
import { assertRefused, startTestPlatform } from '../../../support/platform.ts';
import { openShop, rowsOf } from '../../../support/purchases-shop.ts';

/*
 * One id, however it is written: two rewards for one order must not depend on an invisible character.
 */

const platform = await startTestPlatform();
const { api, admin } = platform;

describe('an external id', () => {
  const forms = ['order-7 ', '\torder-7', 'order-7\r\n', 'order\u200b-7', '\ufefforder-7', 'ｏｒｄｅｒ-7'];

  test('is one in all its forms, also in one list', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy({ external_id: 'order-7' });

    for (const external_id of forms) {
      const answer = await shop.report({ external_id });
      assertRefused(answer, 409, 'DUPLICATE_PURCHASE');
      assert.equal(answer.body.error.details.purchase.id, id);
    }
    const body = ['order-8 ', 'order-8', '\u200border-8'].map((external_id) => shop.body({ external_id }));
    const list = await api('POST', '/purchases/batch', { token: admin.token, body });
    assert.deepEqual(list.body.summary, { total: 3, accepted: 1, duplicates: 2, refused: 0 });
    assert.equal(await shop.balances(), '10.0000 / 0.0000 / 0.0000');
  });

  test('is shown and settled without what is invisible', async () => {
    const shop = await openShop(platform);
    const partner = await openPartner(platform);
    const { id } = (await shop.report({ external_id: ' caf\u0065\u0301-7\n' }, partner.token)).body;

    const [row] = await rowsOf(platform, `select external_id from purchases where id = '${id}'`);
    assert.equal(row?.external_id, 'caf\u00e9-7');
    for (const [external_id, action] of [
      ['caf\u00e9-7', 'confirm'],
      ['caf\u0065\u0301-7 ', 'reverse'],
    ]) {
      const body = [{ external_id, action }];
      const answer = await api('POST', '/purchases/settlements', { token: partner.token, body });
      assert.equal(answer.body.results[0].status, 200);
    }
  });

  for (const external_id of ['   ', '\u200b', '\ufeff \u2060', '\ufdfa'.repeat(100)]) {
    test(`that is ${JSON.stringify(external_id.slice(0, 3))}… is refused`, async () => {
      const shop = await openShop(platform);
      const answer = await shop.report({ external_id });
      assertRefused(answer, 422, 'VALIDATION_ERROR');
      assert.deepEqual(answer.body.error.details.violations, [
        { field: 'external_id', reason: 'must be a valid id with 1 to 255 visible characters' },
      ]);
    });
  }
});

describe('a purchase from before ids had one form', () => {
  test('is found by its id as it was sent', async () => {
    const shop = await openShop(platform);
    const partner = await openPartner(platform);
    const { id } = (await shop.report({ external_id: 'old-1' }, partner.token)).body;
    await runSql(
      platform.database.url,
      `begin; set local session_replication_role = replica;
       update purchases set external_id = 'old-1 ' where id = '${id}'; commit`,
    );

    assertRefused(await shop.report({ external_id: 'old-1 ' }, partner.token), 409, 'DUPLICATE_PURCHASE');
    const body = [{ external_id: 'old-1 ', action: 'confirm' }];
    const answer = await api('POST', '/purchases/settlements', { token: partner.token, body });
    assert.deepEqual([answer.body.results[0].status, answer.body.results[0].purchase_id], [200, id]);
  });
});

describe('an external id belongs to its source', () => {
  test('so shoppers, partners and the back office report the same one, each once', async () => {
    const shop = await openShop(platform);
    const other = await platform.registerUser();
    const [one, two] = [await openPartner(platform), await openPartner(platform)];
    const sources = [
      [shop.shopper.token, shop.shopper.id],
      [other.token, other.id],
      [one.token, shop.shopper.id],
      [two.token, shop.shopper.id],
      [admin.token, shop.shopper.id],
    ] as const;
    for (const [token, user_id] of sources) {
      const report = () => shop.report({ external_id: '#1001', user_id, amount: '10.00' }, token);
      const first = await report();
      assert.equal(first.status, 201);
      const repeat = await report();
      assertRefused(repeat, 409, 'DUPLICATE_PURCHASE');
      assert.equal(repeat.body.error.details.purchase.id, first.body.id);
    }
  });

  test('also where a process of the version before records it', async () => {
    const shop = await openShop(platform);
    const report = () => shop.report({ external_id: 'self-1' }, shop.shopper.token);
    const { id } = (await report()).body;
    // Such a process writes no namespace, and the audit record after the purchase.
    await runSql(
      platform.database.url,
      `begin; set local session_replication_role = replica;
       update purchases set namespace = null where id = '${id}'; commit;
       insert into audit_logs (id, actor_type, actor_id, action, resource_type, resource_id, outcome, occurred_at, details)
       select gen_random_uuid(), actor_type, actor_id, action, resource_type, resource_id, outcome, occurred_at, details
       from audit_logs where resource_id = '${id}' and action = 'purchase.recorded'`,
    );

    const repeat = await report();
    assertRefused(repeat, 409, 'DUPLICATE_PURCHASE');
    assert.equal(repeat.body.error.details.purchase.id, id);
  });
});
