import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { newId } from '../../../../src/core/id.ts';
import { runSql } from '../../../support/database.ts';
import { holdTable } from '../../../support/hold-table.ts';
import { openPartner } from '../../../support/partners.ts';
import { assertRefused, startTestPlatform } from '../../../support/platform.ts';
import { openShop, rowsOf } from '../../../support/purchases-shop.ts';
import { until } from '../../../support/until.ts';

const platform = await startTestPlatform();
const { api, admin, database } = platform;
const { token } = admin;

const put = (fields: Record<string, unknown>) =>
  api('PUT', '/ceilings', { token, body: { scope: 'platform', currency: 'EUR', ...fields } });

const list = async () => (await api('GET', '/ceilings', { token })).body.data;

/** The evidence of `above_ceiling` of a purchase, or undefined. */
async function evidenceOf(id: string): Promise<Record<string, string> | undefined> {
  const [row] = await rowsOf(platform, `select reasons from purchase_holds where purchase_id = '${id}'`);
  const reasons = (row?.reasons ?? []) as { rule: string; evidence: Record<string, string> }[];
  return reasons.find(({ rule }) => rule === 'above_ceiling')?.evidence;
}

describe('a ceiling', () => {
  test('is set, replaced, listed and removed, and each is audited', async () => {
    const { merchantId } = await openShop(platform);
    const scope = { scope: 'merchant', scope_id: merchantId };
    const nothing = { max_amount: null, max_reward: null, daily_pending: null, daily_released: null };

    const set = await put({ ...scope, max_amount: '100.00', max_reward: 5 });
    const listed = await list();
    const replaced = await put({ ...scope, max_amount: 0 });
    const removed = await put(scope);

    const of = (limits: object) => ({ ...scope, currency: 'EUR', ...nothing, ...limits });
    assert.deepEqual([set.status, set.body], [200, of({ max_amount: '100.00', max_reward: '5.00' })]);
    assert.deepEqual(listed, [set.body]);
    assert.deepEqual(replaced.body, of({ max_amount: '0.00' }));
    assert.deepEqual([removed.status, removed.body], [200, of({})]);
    assert.deepEqual(await list(), []);
    const audited = await rowsOf(
      platform,
      `select details->'before'->>'max_amount' as before, details->'after'->>'max_amount' as after
      from audit_logs where action = 'ceiling.changed' and details->>'scope_id' = '${merchantId}' order by id`,
    );
    assert.deepEqual(audited, [
      { before: null, after: '100.00' },
      { before: '100.00', after: '0.00' },
      { before: '0.00', after: null },
    ]);
  });

  test('is refused for a partner or merchant that does not exist', async () => {
    for (const scope of ['partner', 'merchant'])
      assertRefused(await put({ scope, scope_id: newId(), max_amount: 1 }), 404, 'NOT_FOUND');
    assertRefused(await put({ currency: 'XAU', max_amount: 1 }), 422, 'UNSUPPORTED_CURRENCY');
  });

  test('of a merchant does not limit what is released, which is counted by source', async () => {
    const { merchantId } = await openShop(platform);
    const answer = await put({ scope: 'merchant', scope_id: merchantId, daily_released: 5 });
    assertRefused(answer, 400, 'VALIDATION_ERROR');
    assert.deepEqual(answer.body.error.details.violations, [
      {
        field: 'daily_released',
        reason: 'must be null in the scope merchant: it counts what a source releases',
      },
    ]);
    const partner = await openPartner(platform);
    const set = await put({ scope: 'partner', scope_id: partner.id, daily_released: 5 });
    assert.deepEqual([set.status, set.body.daily_released], [200, '5.00']);
    await put({ scope: 'partner', scope_id: partner.id });
  });

  test('is one for each scope and currency, also when it is set four times at once', async () => {
    const { merchantId: scope_id } = await openShop(platform);
    const holder = await holdTable(database.url, 'ceilings');
    const answers = [1, 2, 3, 4].map((max_amount) => put({ scope: 'merchant', scope_id, max_amount }));
    await until(async () => (await holder.waiting()) === 4);
    await holder.release();
    for (const answer of await Promise.all(answers)) assert.equal(answer.status, 200);
    const rows = await rowsOf(platform, `select id from ceilings where merchant_id = '${scope_id}'`);
    assert.equal(rows.length, 1);
  });
});

describe('a purchase', () => {
  test('above the ceiling of its merchant is held from any source, and one of another merchant is not', async () => {
    const [shop, other] = [await openShop(platform), await openShop(platform)];
    await put({ scope: 'merchant', scope_id: shop.merchantId, max_amount: '50.00' });
    const [above, at, elsewhere] = [
      await shop.buy({ amount: '50.01' }),
      await shop.buy({ amount: '50.00' }),
      await other.buy({ amount: '50.01' }),
    ];
    assert.deepEqual(await evidenceOf(above.id), {
      amount: '50.01',
      max_amount: '50.00',
      max_amount_scope: 'merchant',
      currency: 'EUR',
    });
    assert.deepEqual([await evidenceOf(at.id), await evidenceOf(elsewhere.id)], [undefined, undefined]);
  });

  test('is held from the next request on where another process set the ceiling', async () => {
    const shop = await openShop(platform);
    await shop.buy();
    await runSql(
      database.url,
      `insert into ceilings (id, merchant_id, currency, max_reward)
      values ('${newId()}', '${shop.merchantId}', 'EUR', 1)`,
    );
    await until(async () => (await evidenceOf((await shop.buy()).id)) !== undefined);
  });

  test('costs no query for its ceilings', async () => {
    const shop = await openShop(platform);
    await put({ scope: 'merchant', scope_id: shop.merchantId, max_amount: '50.00' });
    await shop.buy();
    const misses = async () => {
      const { body } = await platform.platform.server.inject('/metrics');
      return body
        .split('\n')
        .filter((line) =>
          /^clicknback_cache_reads_total\{cache="ceilings",result="(miss|bypass)"/.test(line),
        );
    };
    // The invalidation by the new ceiling may arrive late, and costs the next purchase a query.
    await until(async () => {
      const before = await misses();
      await shop.buy();
      return isDeepStrictEqual(await misses(), before);
    });
  });

  test('is not raised above the ceiling of its partner by the partner', async () => {
    const shop = await openShop(platform);
    const partner = await openPartner(platform);
    const { id } = (await shop.report({}, partner.token)).body;
    await put({ scope: 'partner', scope_id: partner.id, max_reward: '5.00' });

    const above = await shop.amend(id, { amount: '100.20' }, partner.token);
    const below = await shop.amend(id, { amount: '90.00' }, partner.token);
    await put({ scope: 'partner', scope_id: partner.id });
    const free = await shop.amend(id, { amount: '100.20' }, partner.token);

    assertRefused(above, 403, 'FORBIDDEN');
    assert.deepEqual([below.status, free.status], [200, 200]);
  });

  test('beyond the rewards of a partner’s day is held, until the next day', async () => {
    const shop = await openShop(platform);
    const partner = await openPartner(platform);
    await put({ scope: 'partner', scope_id: partner.id, daily_pending: '9.99' });
    const report = async () => (await shop.report({}, partner.token)).body.id;

    const [first, second] = [await report(), await report()];
    const byAdmin = (await shop.buy()).id;
    await platform.passTime({ hours: 24 });
    const nextDay = await report();

    assert.equal(await evidenceOf(first), undefined);
    assert.deepEqual(await evidenceOf(second), {
      day: '2026-03-14',
      daily_pending: '10.00',
      max_daily_pending: '9.99',
      max_daily_pending_scope: 'partner',
      currency: 'EUR',
    });
    assert.deepEqual([await evidenceOf(byAdmin), await evidenceOf(nextDay)], [undefined, undefined]);
  });
});
