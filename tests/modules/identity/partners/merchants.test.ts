import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { runSql } from '../../../support/database.ts';
import { openPartner } from '../../../support/partners.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { countRows, newOrder, openShop, rowsOf } from '../../../support/purchases-shop.ts';
import { until } from '../../../support/until.ts';

const platform = await startTestPlatform();
const { api, admin, database } = platform;
const [shop, otherShop] = [await openShop(platform), await openShop(platform)];

const setMerchants = (partner: { id: string }, merchant_ids: readonly string[] | null) =>
  api('PUT', `/partners/${partner.id}/merchants`, { token: admin.token, body: { merchant_ids } });

const refusal = { reason: 'This merchant is not one of yours.' };

describe('a partner lists merchants and offers', () => {
  const namesOf = async (path: string, token: string) =>
    (await api('GET', path, { token })).body.data.map(({ id }: { id: string }) => id);

  test('of its own merchants, and of all without a limit', async () => {
    const partner = await openPartner(platform, { scopes: ['purchases:read'] });
    const { token } = partner;
    assert.deepEqual(await namesOf('/merchants?limit=2', token), [otherShop.merchantId, shop.merchantId]);
    assert.deepEqual(await namesOf('/offers?limit=2', token), [otherShop.offerId, shop.offerId]);

    await setMerchants(partner, [shop.merchantId]);

    assert.deepEqual(await namesOf('/merchants', token), [shop.merchantId]);
    assert.deepEqual(await namesOf('/offers', token), [shop.offerId]);
    assert.deepEqual(await namesOf(`/offers?merchant_id=${otherShop.merchantId}`, token), []);
    await setMerchants(partner, []);
    assert.deepEqual(await namesOf('/merchants', token), []);
  });
});

describe('a partner of one merchant', () => {
  test('reports there, and nowhere else, in a batch too', async () => {
    const partner = await openPartner(platform);
    const { token } = partner;
    const answer = await setMerchants(partner, [shop.merchantId.toUpperCase()]);
    assert.deepEqual([answer.status, answer.body.merchant_ids], [200, [shop.merchantId]]);
    const shown = await api('GET', `/partners/${partner.id}`, { token: admin.token });
    assert.deepEqual(shown.body, { ...answer.body, keys: 1, last_used_at: null, refused_share: null });

    const own = await shop.report({}, token);
    const before = await countRows(platform);
    const foreign = await otherShop.report({}, token);
    assert.deepEqual(await countRows(platform), before);
    const batch = await api('POST', '/purchases/batch', { token, body: [otherShop.body(), shop.body()] });

    assert.equal(own.status, 201);
    assert.equal(foreign.status, 403);
    assert.equal(foreign.body.error.code, 'FORBIDDEN');
    assert.deepEqual(foreign.body.error.details, refusal);
    const [refused, accepted] = batch.body.results;
    assert.deepEqual([refused.status, refused.error.code, accepted.status], [403, 'FORBIDDEN', 201]);
  });

  test('no longer settles or amends what it reported elsewhere, but still sees it', async () => {
    const partner = await openPartner(platform);
    const { token } = partner;
    const external_id = newOrder();
    const { id } = (await shop.report({ external_id, amount: '80.00' }, token)).body;
    await setMerchants(partner, [otherShop.merchantId]);

    const answers = [
      await api('POST', `/purchases/${id}/confirmation`, { token }),
      await api('POST', `/purchases/${id}/reverse`, { token }),
      await shop.amend(id, { amount: '50.00' }, token),
    ];
    const body = [{ external_id, action: 'confirm' }];
    const list = await api('POST', '/purchases/settlements', { token, body });

    for (const answer of answers) {
      assert.equal(answer.status, 403);
      assert.deepEqual(answer.body.error.details, refusal);
    }
    assert.deepEqual(list.body.results[0].error.details, refusal);
    const shown = await api('GET', `/purchases/${id}`, { token });
    assert.deepEqual([shown.status, shown.body.status, shown.body.amount], [200, 'pending', '80.00']);

    await setMerchants(partner, null);
    assert.equal((await api('POST', `/purchases/${id}/confirmation`, { token })).status, 200);
  });

  test('gets 404 for purchases of other partners there', async () => {
    const [partner, other] = [await openPartner(platform), await openPartner(platform)];
    await setMerchants(partner, [otherShop.merchantId]);
    const { id } = (await shop.report({}, other.token)).body;
    const answer = await api('POST', `/purchases/${id}/confirmation`, { token: partner.token });
    assert.equal(answer.status, 404);
  });

  test('is limited from the next request on, also where another process set the limit', async () => {
    const partner = await openPartner(platform);
    assert.equal((await shop.report({}, partner.token)).status, 201);
    await runSql(database.url, `update partners set merchant_ids = '{}' where id = '${partner.id}'`);
    await until(async () => (await shop.report({}, partner.token)).status === 403);
  });
});

describe('the merchants of a partner', () => {
  test('are audited each time', async () => {
    const partner = await openPartner(platform);
    const both = [shop.merchantId, otherShop.merchantId];
    for (const merchants of [both, [], null]) await setMerchants(partner, merchants);
    const audited = await rowsOf(
      platform,
      `select actor_id, details from audit_logs
      where resource_id = '${partner.id}' and action = 'partner.merchants_changed' order by id`,
    );
    assert.deepEqual(
      audited,
      [both.join(' '), '', null].map((merchant_ids) => ({ actor_id: admin.id, details: { merchant_ids } })),
    );
  });

  test('must exist', async () => {
    const partner = await openPartner(platform);
    const answer = await setMerchants(partner, [shop.merchantId, newId()]);
    assert.equal(answer.status, 422);
    assert.equal(answer.body.error.code, 'VALIDATION_ERROR');
    assert.deepEqual(answer.body.error.details.violations, [
      { field: 'merchant_ids.1', reason: 'must be the id of a merchant' },
    ]);
    const shown = await api('GET', `/partners/${partner.id}`, { token: admin.token });
    assert.equal(shown.body.merchant_ids, null);
  });
});
