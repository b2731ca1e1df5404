import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { openPartner } from '../../../support/partners.ts';
import { startTestPlatform } from '../../../support/platform.ts';

const testPlatform = await startTestPlatform({
  environment: { PURCHASES_PER_MINUTE_PER_USER: '3', PURCHASES_PER_MINUTE_PER_PARTNER: '1000' },
});
const { api, admin, registerUser, createMerchant, createOffer, database } = testPlatform;
const merchantId = await createMerchant();
await createOffer(merchantId);

const purchaseOf = (userId: string) => ({
  external_id: newId(),
  user_id: userId,
  merchant_id: merchantId,
  amount: '10.00',
  currency: 'EUR',
});

test('what a user reports is bounded by the minute, whatever became of it, and nothing is written beyond', async () => {
  const [shopper, other] = [await registerUser(), await registerUser()];
  const report = (token: string, userId: string) =>
    api('POST', '/purchases', { token, body: purchaseOf(userId) });

  assert.equal((await report(shopper.token, shopper.id)).status, 201);
  assert.equal((await report(shopper.token, other.id)).status, 403);
  assert.equal((await report(shopper.token, shopper.id)).headers['x-ratelimit-remaining'], '0');
  const refused = await report(shopper.token, shopper.id);

  assert.equal(refused.status, 429);
  assert.equal(refused.body.error.code, 'RATE_LIMITED');
  const retryAfter = Number(refused.headers['retry-after']);
  assert.ok(retryAfter >= 1 && retryAfter <= 60, String(retryAfter));
  const { length } = await database.db
    .selectFrom('purchases')
    .select('id')
    .where('user_id', '=', shopper.id)
    .execute();
  assert.equal(length, 2);
  assert.equal((await report(other.token, other.id)).status, 201, 'others are not affected');
});

test('what a partner sends is bounded by items, a batch as a whole', async () => {
  const [shopper, partner, other] = [
    await registerUser(),
    await openPartner(testPlatform),
    await openPartner(testPlatform),
  ];
  const send = async (token: string, count: number) => {
    const body = Array.from({ length: count }, () => purchaseOf(shopper.id));
    const { status, headers } = await api('POST', '/purchases/batch', { token, body });
    return [status, headers['x-ratelimit-remaining']];
  };
  const sendOne = async (token: string) =>
    (await api('POST', '/purchases', { token, body: purchaseOf(shopper.id) })).status;

  assert.deepEqual(await send(partner.token, 700), [200, '300']);
  assert.deepEqual(await send(partner.token, 301), [429, '300'], 'nothing of it was taken');
  assert.deepEqual(await send(partner.token, 299), [200, '1']);
  assert.equal(await sendOne(partner.token), 201);
  assert.equal(await sendOne(partner.token), 429);
  assert.deepEqual(await send(other.token, 1), [200, '999'], 'others are not affected');

  const recorded = await database.db
    .selectFrom('purchases')
    .select('id')
    .where('user_id', '=', shopper.id)
    .execute();
  assert.equal(recorded.length, 1_001);
});

test('administrators are not limited, neither one by one nor in batches', async () => {
  const shopper = await registerUser();
  for (let count = 0; count < 5; count += 1) {
    const answer = await api('POST', '/purchases', { token: admin.token, body: purchaseOf(shopper.id) });
    assert.equal(answer.status, 201);
    assert.equal(answer.headers['x-ratelimit-limit'], undefined);
  }
  const body = Array.from({ length: 10 }, () => purchaseOf(shopper.id));
  assert.equal(
    (await api('POST', '/purchases/batch', { token: admin.token, body })).body.summary.accepted,
    10,
  );
});
