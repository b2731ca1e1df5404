import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { PROJECT_DIRECTORY } from '../../../../src/config.ts';
import { runSql } from '../../../support/database.ts';
import { openPartner } from '../../../support/partners.ts';
import { payoutBody } from '../../../support/payouts-builders.ts';
import { assertRefused, startTestPlatform } from '../../../support/platform.ts';
import { openShop, rowsOf } from '../../../support/purchases-shop.ts';

/*
 * What a dishonest shopper tries. Nothing that only the shopper says becomes available.
 */

const platform = await startTestPlatform();
const { api, admin } = platform;

const holdsOf = async (userId: string) => {
  const { body } = await api('GET', `/purchase-holds?user_id=${userId}`, { token: admin.token });
  return body.data.map((hold: { reasons: { rule: string }[] }) => hold.reasons.map(({ rule }) => rule));
};

describe('a shopper who joined seconds ago', () => {
  test('gets no cap of past months, and nothing is confirmed automatically', async () => {
    const shop = await openShop(platform, { cashback_value: 20, monthly_cap: 30 });
    const { token } = shop.shopper;
    const months = Array.from(
      { length: 10 },
      (_, index) => `2025-${String(index + 3).padStart(2, '0')}-10T10:00:00Z`,
    );

    const present = await shop.report({ amount: '500.00' }, token);
    const past = await Promise.all(
      months.map((purchased_at) => shop.report({ amount: '500.00', purchased_at }, token)),
    );

    assert.equal(present.status, 201);
    for (const answer of past) assertRefused(answer, 422, 'EVENT_TOO_OLD');
    assert.equal(await shop.balances(), '30.0000 / 0.0000 / 0.0000');
    await platform.passTime({ hours: 24 * 31 });
    await platform.runJob('auto-confirmation');
    assert.equal(await shop.balances(), '30.0000 / 0.0000 / 0.0000');
    const session = await api('POST', '/auth/login', {
      body: { email: shop.shopper.email, password: 'Str0ng!Pass' },
    });
    const payout = await api('POST', '/users/me/payouts', {
      token: session.body.access_token,
      body: payoutBody(),
    });
    assertRefused(payout, 409, 'INSUFFICIENT_BALANCE');
  });

  test('waits for an administrator, whose confirmation counts', async () => {
    const shop = await openShop(platform);
    const { body } = await shop.report({}, shop.shopper.token);

    assert.deepEqual(await holdsOf(shop.shopper.id), [['self_report']]);
    assert.equal((await shop.confirm(body.id)).body.status, 'confirmed');
    assert.equal(await shop.balances(), '0.0000 / 5.0000 / 0.0000');
  });
});

describe('an amount out of all proportion', () => {
  test('of a first purchase is held, also from a partner', async () => {
    const shop = await openShop(platform, { cashback_value: 20 });
    const partner = await openPartner(platform);

    await shop.report({ amount: '9999999999.99' }, partner.token);

    assert.deepEqual(await holdsOf(shop.shopper.id), [['above_ceiling']]);
  });

  test('is one whose reward is above the ceiling, unless a cap keeps it below', async () => {
    const [free, capped] = [
      await openShop(platform, { cashback_value: 20 }),
      await openShop(platform, { cashback_value: 20, monthly_cap: 30 }),
    ];

    for (const amount of ['2500.00', '2500.05']) await free.buy({ amount });
    await capped.buy({ amount: '9999.99' });

    assert.deepEqual(await holdsOf(free.shopper.id), [['above_ceiling']]);
    assert.deepEqual(await holdsOf(capped.shopper.id), []);
  });
});

describe('migration 0032', () => {
  const text = readFileSync(join(PROJECT_DIRECTORY, 'migrations/0032_hold_self_reports.sql'), 'utf8');

  test('holds pending reports of shoppers from before it, and no other purchase', async () => {
    const shop = await openShop(platform);
    const pending = (await shop.report({}, shop.shopper.token)).body.id;
    const released = (await shop.report({}, shop.shopper.token)).body.id;
    await api('POST', `/purchases/${released}/release`, { token: admin.token });
    const vouched = (await shop.buy()).id;
    // As they were before the rule.
    await runSql(
      platform.database.url,
      `begin; set local session_replication_role = replica;
       delete from purchase_holds where purchase_id = '${pending}';
       update purchases set held = false where id = '${pending}'; commit`,
    );

    await runSql(platform.database.url, text);

    const held = await rowsOf(
      platform,
      `select id from purchases where held and id in ('${pending}', '${released}', '${vouched}')`,
    );
    assert.deepEqual(held, [{ id: pending }]);
    assert.deepEqual(await holdsOf(shop.shopper.id), [['self_report'], ['self_report']]);
  });
});

test('a report that a process of the version before records is held too, and a released one is not', async () => {
  const shop = await openShop(platform);
  const [pending, released] = [
    (await shop.report({}, shop.shopper.token)).body.id,
    (await shop.report({}, shop.shopper.token)).body.id,
  ];
  await api('POST', `/purchases/${released}/release`, { token: admin.token });
  const ids = `('${pending}', '${released}')`;

  // Such a process writes no hold, and the audit record after the purchase.
  await runSql(
    platform.database.url,
    `begin; set local session_replication_role = replica;
     delete from purchase_holds where purchase_id = '${pending}';
     update purchases set held = false where id = '${pending}'; commit;
     insert into audit_logs (id, actor_type, actor_id, action, resource_type, resource_id, outcome, occurred_at, details)
     select gen_random_uuid(), actor_type, actor_id, action, resource_type, resource_id, outcome, occurred_at, details
     from audit_logs where resource_id in ${ids} and action = 'purchase.recorded'`,
  );

  const held = await rowsOf(platform, `select id from purchases where held and id in ${ids}`);
  assert.deepEqual(held, [{ id: pending }]);
  assert.deepEqual(await holdsOf(shop.shopper.id), [['self_report'], ['self_report']]);
  await platform.passTime({ hours: 24 * 31 });
  await platform.runJob('auto-confirmation');
  assert.equal(await shop.balances(), '5.0000 / 5.0000 / 0.0000');
});
