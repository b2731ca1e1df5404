import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openPartner } from '../../../support/partners.ts';
import { fundWallet } from '../../../support/payouts.ts';
import { payoutBody } from '../../../support/payouts-builders.ts';
import { PASSWORD, startTestPlatform } from '../../../support/platform.ts';
import { openShop, rowsOf } from '../../../support/purchases-shop.ts';

/* What a shopper sees of the own money, compared with the tables. */

const platform = await startTestPlatform({ environment: { SUPPORTED_CURRENCIES: 'EUR,USD' } });
const { api, admin } = platform;
const partner = await openPartner(platform);

const read = async (path: string, token: string) => {
  const { status, body } = await api('GET', path, { token });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};
const act = async (method: 'POST' | 'PUT' | 'PATCH', path: string, token: string, body?: object) => {
  const answer = await api(method, path, { token, ...(body !== undefined && { body }) });
  assert.ok(answer.status < 300, JSON.stringify(answer.body));
  return answer.body;
};
/** The day (UTC) so many days after today. */
const dayIn = (days: number) =>
  platform
    .now()
    .add({ hours: 24 * days })
    .toString()
    .slice(0, 10);

/** The forecast must add up to what is pending, and say what the list says. */
async function checkedForecast(token: string) {
  const forecast = await read('/users/me/wallet/forecast', token);
  const wallet = await read('/users/me/wallet', token);
  assert.equal(forecast.total, wallet.pending_balance);
  const cents = (amount: string) => BigInt(amount.replace('.', ''));
  const parts = [...forecast.dated, forecast.by_shop, forecast.late];
  assert.equal(
    parts.reduce((sum, { amount }) => sum + cents(amount), 0n),
    cents(forecast.total),
  );
  const { data } = await read('/users/me/purchases?limit=100', token);
  const pending = data.filter(
    (one: Record<string, string>) => one.cashback_status === 'pending' && one.cashback_amount !== '0.00',
  );
  const countOf = (isIn: (one: Record<string, unknown>) => boolean) => pending.filter(isIn).length;
  assert.equal(
    forecast.late.purchases,
    countOf(({ is_late }) => is_late === true),
  );
  assert.equal(
    forecast.by_shop.purchases,
    countOf(({ is_late, expected_on }) => is_late === false && expected_on === null),
  );
  for (const { on, purchases } of forecast.dated)
    assert.equal(
      purchases,
      countOf(({ expected_on }) => expected_on === on),
    );
  return forecast;
}

test('a forecast adds up to the pending balance, whatever keeps a reward waiting', async () => {
  const shop = await openShop(platform, { cashback_value: 10 });
  const { token } = shop.shopper;
  const [slow, closed, manual] = [
    await platform.createMerchant({ confirmation_days: 90 }),
    await platform.createMerchant(),
    await platform.createMerchant(),
  ];
  for (const merchant of [slow, closed, manual]) await platform.createOffer(merchant, { cashback_value: 10 });
  await act('PUT', '/feature-flags/purchase_auto_confirm', admin.token, {
    scope_type: 'merchant',
    scope_id: manual,
    enabled: false,
  });
  const buy = async (amount: string, fields: object = {}) =>
    (await shop.buy({ amount, ...fields })).id as string;
  assert.deepEqual(await checkedForecast(token), {
    currency: 'EUR',
    dated: [],
    by_shop: { amount: '0.00', purchases: 0 },
    late: { amount: '0.00', purchases: 0 },
    total: '0.00',
  });

  await buy('10.00');
  await shop.amend(await buy('20.00'), { amount: '15.50' });
  await buy('30.00', { merchant_id: slow });
  await buy('40.00', { merchant_id: manual });
  await buy('50.00', { merchant_id: closed });
  await buy('60.00', { lines: [{ line_id: 'a', amount: '60.00', status: 'pending' }] });
  // Held for review: the shopper reported it.
  await shop.report({ amount: '70.00' }, token);
  await shop.reverse(await buy('80.00'));
  await act('PATCH', `/merchants/${closed}/status`, admin.token, { status: 'inactive' });
  await buy('90.00');
  await act('PUT', '/ceilings', admin.token, {
    scope: 'partner',
    scope_id: partner.id,
    currency: 'EUR',
    daily_released: '0.50',
  });
  const { id: waiting } = (await shop.report({ amount: '11.00' }, partner.token)).body;
  await act('POST', `/purchases/${waiting}/confirmation`, partner.token);

  assert.deepEqual(await checkedForecast(token), {
    currency: 'EUR',
    dated: [
      { on: dayIn(30), amount: '11.55', purchases: 3 },
      { on: dayIn(90), amount: '3.00', purchases: 1 },
    ],
    by_shop: { amount: '22.00', purchases: 4 },
    late: { amount: '1.10', purchases: 1 },
    total: '37.65',
  });

  await platform.passTime({ hours: 24 * 31 });
  const login = await api('POST', '/auth/login', {
    body: { email: shop.shopper.email, password: PASSWORD },
  });
  const later = await checkedForecast(login.body.access_token);
  assert.deepEqual(later.late, { amount: '34.65', purchases: 8 });
  assert.deepEqual(later.dated, [{ on: dayIn(59), amount: '3.00', purchases: 1 }]);
  const unknown = await api('GET', '/users/me/wallet/forecast?currency=USD', {
    token: login.body.access_token,
  });
  assert.equal(unknown.status, 404);
});

test('the paid part of each reward is that of its timeline', async () => {
  const shop = await openShop(platform, { cashback_value: 10 });
  const { token } = shop.shopper;
  const ids: string[] = [];
  for (const amount of ['40.00', '50.00', '60.00', '70.00']) ids.push((await shop.buy({ amount })).id);
  const [first = '', second = '', third = ''] = ids;
  await shop.confirm(first);
  await shop.confirm(second);
  await fundWallet(platform, shop.shopper.id, 10_00n);
  await shop.amend(second, { amount: '80.00' });
  await act('POST', '/users/me/payouts', token, payoutBody({ amount: '10.00' }));
  await shop.confirm(third);
  const { id: failing } = await act('POST', '/users/me/payouts', token, payoutBody({ amount: '14.00' }));

  const check = async () => {
    const { data } = await read('/users/me/purchases', token);
    const paid = data.map(({ id, paid_amount }: Record<string, string>) => [id, paid_amount]);
    for (const [id, amount] of paid) {
      const { payouts } = await read(`/users/me/purchases/${id}`, token);
      const cents = payouts.reduce(
        (sum: number, one: { covered_amount: string }) => sum + Math.round(Number(one.covered_amount) * 100),
        0,
      );
      assert.equal((cents / 100).toFixed(2), amount);
    }
    return Object.fromEntries(paid);
  };
  const before = await check();
  assert.equal(before[first], '4.00');
  assert.equal(before[String(ids[3])], '0.00');
  await act('PATCH', `/payouts/${failing}/process`, admin.token, { status: 'failed', reason: 'No account.' });
  assert.equal((await check())[third], '0.00');

  const { data } = await read('/users/me/purchases?limit=1', token);
  assert.equal(data[0].merchant_id, shop.merchantId);
  const other = await platform.createMerchant();
  assert.equal((await read(`/users/me/purchases?merchant_id=${other}`, token)).data.length, 0);
  const today = dayIn(0);
  assert.equal((await read(`/users/me/purchases?from=${today}&to=${today}`, token)).data.length, 4);
  assert.equal((await read(`/users/me/purchases?to=${dayIn(-1)}`, token)).data.length, 0);
});

describe('payouts under way', () => {
  test('are the part of what was paid that has not arrived, at every moment', async () => {
    const shopper = await platform.registerUser();
    const { token } = shopper;
    await fundWallet(platform, shopper.id, 200_00n);
    await fundWallet(platform, shopper.id, 7_00n, 'USD');
    let isOver = false;
    /** Everything that left the wallet is under way or was completed: they change together. */
    const reader = async () => {
      let reads = 0;
      while (!isOver) {
        const [euros, dollars] = (await read('/users/me/wallets', token)).data;
        assert.equal(euros.paid_balance, euros.payouts_under_way);
        assert.deepEqual([dollars.currency, dollars.payouts_under_way], ['USD', '0.00']);
        reads += 1;
      }
      return reads;
    };
    const mover = async () => {
      for (let count = 0; count < 5; count += 1) {
        const { id } = await act('POST', '/users/me/payouts', token, payoutBody({ amount: '10.00' }));
        if (count % 2 === 0) await act('POST', `/users/me/payouts/${id}/cancel`, token);
        else await act('PATCH', `/payouts/${id}/process`, admin.token, { status: 'processing' });
      }
    };
    const readers = [reader(), reader()];
    await Promise.all([mover(), mover(), mover()]);
    isOver = true;
    assert.ok((await Promise.all(readers)).every((reads) => reads > 0));

    const [payout] = await rowsOf(
      platform,
      `select id from payouts where user_id = '${shopper.id}' and status = 'processing' limit 1`,
    );
    await act('PATCH', `/payouts/${payout?.id}/process`, admin.token, {
      status: 'completed',
      external_reference: 'SEPA-1',
    });
    const wallet = await read('/users/me/wallet', token);
    assert.deepEqual([wallet.paid_balance, wallet.payouts_under_way], ['60.00', '50.00']);
    const detail = await read(`/users/${shopper.id}`, admin.token);
    assert.deepEqual(detail.wallets[0], wallet);
  });
});
