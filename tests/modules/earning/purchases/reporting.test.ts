import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Static } from 'typebox';
import { newId } from '../../../../src/core/id.ts';
import type { BatchResult } from '../../../../src/modules/earning/purchases/report-schemas.ts';
import { verifyLedger } from '../../../../src/modules/insight/proof/index.ts';
import { type Answer, startTestPlatform } from '../../../support/platform.ts';
import { countRows, newOrder, openShop, rowsOf } from '../../../support/purchases-shop.ts';

const platform = await startTestPlatform({ environment: { SUPPORTED_CURRENCIES: 'EUR,JPY,KWD' } });
const { api, admin } = platform;

type BatchItem = Static<typeof BatchResult>['results'][number];

/** Asserts the refusal, and that it left nothing behind. */
async function refused(
  attempt: () => Promise<Answer>,
  status: number,
  code: string,
): Promise<Record<string, unknown>> {
  const before = await countRows(platform);
  const answer = await attempt();
  assert.deepEqual([answer.status, answer.body.error?.code], [status, code], JSON.stringify(answer.body));
  assert.deepEqual(await countRows(platform), before);
  return answer.body.error.details;
}

async function deactivate(table: 'users' | 'merchants' | 'offers', id: string): Promise<void> {
  // Through the API, which has the clock of the test.
  const { status } = await platform.api('PATCH', `/${table}/${id}/status`, {
    token: platform.admin.token,
    body: { status: 'inactive' },
  });
  assert.equal(status, 200);
}

async function setReference(userId: string, external_reference: string | null): Promise<void> {
  const body = { external_reference };
  const { status } = await api('PATCH', `/users/${userId}`, { token: admin.token, body });
  assert.equal(status, 200);
}

describe('a user may be named by the reference of the operator', () => {
  test('in a single report and in lists of both forms; a repeat by either name is a duplicate', async () => {
    const shop = await openShop(platform);
    await setReference(shop.shopper.id, 'customer-1042');
    const { user_id, ...rest } = shop.body({ external_id: 'by-reference-1', amount: '10.00' });
    const named = { ...rest, user_reference: 'customer-1042' };
    const item = (number: number) => ({ ...named, external_id: `by-reference-${number}` });

    const single = await api('POST', '/purchases', { token: admin.token, body: named });
    const list = [item(2), { ...item(3), user_reference: 'customer-0' }, shop.body({ amount: '10.00' })];
    const array = await api('POST', '/purchases/batch', { token: admin.token, body: list });
    const lines = await api('POST', '/purchases/batch', {
      token: admin.token,
      headers: { 'content-type': 'application/x-ndjson' },
      body: [item(4), item(1)].map((one) => JSON.stringify(one)).join('\n'),
    });
    const byId = await api('POST', '/purchases', { token: admin.token, body: { ...rest, user_id } });

    assert.equal(single.status, 201);
    assert.deepEqual(
      [...array.body.results, ...lines.body.results].map(({ status }: BatchItem) => status),
      [201, 422, 201, 201, 409],
    );
    assert.deepEqual([byId.status, byId.body.error.details.differences], [409, []]);
    assert.equal(await shop.balances(), '2.0000 / 0.0000 / 0.0000');
  });

  test('and a repeat stays a duplicate when the reference is removed or belongs to another user', async () => {
    const shop = await openShop(platform);
    await setReference(shop.shopper.id, 'customer-7');
    const fields = { external_id: newOrder(), user_id: undefined, user_reference: 'customer-7' };
    await shop.buy(fields);
    await setReference(shop.shopper.id, null);
    const removed = await shop.report(fields);
    await setReference((await platform.registerUser()).id, 'customer-7');
    const moved = await shop.report(fields);

    for (const { status, body } of [removed, moved])
      assert.deepEqual(
        [status, body.error.code, body.error.details.differences],
        [409, 'DUPLICATE_PURCHASE', ['user_reference']],
      );
  });
});

describe('a reported purchase', () => {
  test('leaves a purchase, a reward, an entry, a balance and an audit record', async () => {
    const shop = await openShop(platform);
    const external_id = newOrder();

    const answer = await shop.report({
      external_id,
      amount: '49.90',
      purchased_at: '2026-03-13T22:00:00.123456+02:00',
    });

    assert.equal(answer.status, 201);
    const { id } = answer.body;
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    assert.deepEqual(answer.body, { id, status: 'pending', cashback_amount: '2.50', matched: false });
    const [row] = await rowsOf(
      platform,
      `select purchases.external_id, purchases.user_id, purchases.merchant_id, purchases.offer_id,
        purchases.amount, purchases.currency, purchases.status, purchases.partner_id,
        purchases.purchased_at::text, purchases.created_at::text,
        reward.amount as reward, reward.uncapped_amount, reward.cashback_type, reward.cashback_value,
        reward.monthly_cap, reward.cap_month, reward.status as reward_status
      from purchases join cashback_transactions as reward on reward.purchase_id = purchases.id
      where purchases.id = '${id}'`,
    );
    assert.deepEqual(
      { ...row, purchased_at: utc(row?.purchased_at), created_at: utc(row?.created_at) },
      {
        external_id,
        user_id: shop.shopper.id,
        merchant_id: shop.merchantId,
        offer_id: shop.offerId,
        amount: '49.9000',
        currency: 'EUR',
        status: 'pending',
        partner_id: null,
        purchased_at: '2026-03-13T20:00:00.123456Z',
        created_at: '2026-03-14T09:26:53Z',
        reward: '2.5000',
        uncapped_amount: '2.5000',
        cashback_type: 'percent',
        cashback_value: '5.0000',
        monthly_cap: null,
        cap_month: null,
        reward_status: 'pending',
      },
    );
    assert.deepEqual(await shop.journal(), ['1 cashback_credit platform>pending 2.5000']);
    assert.equal(await shop.balances(), '2.5000 / 0.0000 / 0.0000');
    const audit = await rowsOf(
      platform,
      `select actor_type, actor_id, action, outcome, details, request_id from audit_logs where resource_id = '${id}'`,
    );
    assert.deepEqual(audit, [
      {
        actor_type: 'admin',
        actor_id: admin.id,
        action: 'purchase.recorded',
        outcome: 'success',
        details: {
          external_id,
          user_id: shop.shopper.id,
          amount: '49.90',
          cashback_amount: '2.50',
          currency: 'EUR',
        },
        request_id: answer.headers['x-request-id'],
      },
    ]);
  });

  test('may be a user’s own', async () => {
    const shop = await openShop(platform);

    const answer = await shop.report({}, shop.shopper.token);

    assert.equal(answer.status, 201);
    const [audit] = await rowsOf(
      platform,
      `select actor_type, actor_id from audit_logs where resource_id = '${answer.body.id}'`,
    );
    assert.deepEqual(audit, { actor_type: 'user', actor_id: shop.shopper.id });
  });

  test('names its user and merchant in either case', async () => {
    const shop = await openShop(platform, { monthly_cap: 3 });

    const answer = await shop.report({
      user_id: shop.shopper.id.toUpperCase(),
      merchant_id: shop.merchantId.toUpperCase(),
    });

    assert.equal(answer.status, 201);
    assert.equal(await shop.balances(), '3.0000 / 0.0000 / 0.0000');
    const own = await shop.report({ user_id: shop.shopper.id.toUpperCase() }, shop.shopper.token);
    assert.equal(own.status, 201);
  });

  test('of long ago is rewarded by the offer of its day', async () => {
    const shop = await openShop(platform);

    const answer = await shop.report({ purchased_at: '2025-01-01T00:00:00Z' });

    assert.equal(answer.status, 201);
    assert.equal(answer.body.cashback_amount, '5.00');
  });

  test('is counted against the cap of the month (UTC) it was made in', async () => {
    const shop = await openShop(platform, { monthly_cap: 7 });
    const amounts: string[] = [];

    for (const purchased_at of [
      '2026-02-28T23:59:59Z',
      '2026-02-01T00:00:00Z',
      '2026-03-01T00:00:00Z',
      '2026-03-01T00:30:00+01:00',
    ]) {
      amounts.push((await shop.buy({ purchased_at })).cashback_amount);
    }

    assert.deepEqual(amounts, ['5.00', '2.00', '5.00', '0.00']);
    const usages = await rowsOf(
      platform,
      `select month::text, used from cashback_cap_usage where user_id = '${shop.shopper.id}' order by month`,
    );
    assert.deepEqual(usages, [
      { month: '2026-02-01', used: '7.0000' },
      { month: '2026-03-01', used: '5.0000' },
    ]);
  });

  test('beyond the cap is recorded with 0.00, without an entry, and settles like any other', async () => {
    const shop = await openShop(platform, { monthly_cap: 5 });
    await shop.buy();

    const capped = await shop.buy();
    const confirmed = await shop.confirm(capped.id);
    const reversed = await shop.reverse(capped.id);

    assert.equal(capped.cashback_amount, '0.00');
    assert.equal(confirmed.status, 200);
    assert.equal(confirmed.body.cashback_amount, '0.00');
    assert.equal(reversed.status, 200);
    assert.deepEqual(await shop.journal(), ['1 cashback_credit platform>pending 5.0000']);
    assert.equal(await shop.balances(), '5.0000 / 0.0000 / 0.0000');
    const [row] = await rowsOf(
      platform,
      `select uncapped_amount, amount, status from cashback_transactions where purchase_id = '${capped.id}'`,
    );
    assert.deepEqual(row, { uncapped_amount: '5.0000', amount: '0.0000', status: 'reversed' });
    const [usage] = await rowsOf(
      platform,
      `select used from cashback_cap_usage where user_id = '${shop.shopper.id}'`,
    );
    assert.deepEqual(usage, { used: '5.0000' });
  });

  test('under a fixed offer gives the fixed value, and never more than it cost', async () => {
    const shop = await openShop(platform, { cashback_type: 'fixed', cashback_value: 4.5 });

    const normal = await shop.buy({ amount: '4.51' });
    const cheap = await shop.buy({ amount: '4.49' });

    assert.deepEqual([normal.cashback_amount, cheap.cashback_amount], ['4.50', '4.49']);
  });

  test('keeps its terms when the offer has ended', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy();
    await deactivate('offers', shop.offerId);

    const confirmed = await shop.confirm(id);

    assert.equal(confirmed.body.cashback_amount, '5.00');
    assert.equal(await shop.balances(), '0.0000 / 5.0000 / 0.0000');
  });

  const currencies: [currency: string, amount: string | number, stored: string, reward: string][] = [
    ['JPY', '1050', '1050.0000', '52'],
    ['JPY', 1070, '1070.0000', '54'],
    ['KWD', '10.055', '10.0550', '0.503'],
    ['KWD', 10.05, '10.0500', '0.502'],
  ];
  for (const [currency, amount, stored, reward] of currencies) {
    test(`of ${JSON.stringify(amount)} ${currency} has the decimals of its currency, in a wallet of its own`, async () => {
      const shop = await openShop(platform);

      const answer = await shop.report({ currency, amount });

      assert.equal(answer.status, 201, JSON.stringify(answer.body));
      assert.equal(answer.body.cashback_amount, reward);
      const [row] = await rowsOf(platform, `select amount from purchases where id = '${answer.body.id}'`);
      assert.deepEqual(row, { amount: stored });
      assert.equal(await shop.balances('EUR'), '0.0000 / 0.0000 / 0.0000');
      const wallet = await api('GET', `/users/me/wallet?currency=${currency}`, { token: shop.shopper.token });
      assert.deepEqual(wallet.body, {
        pending_balance: reward,
        available_balance: currency === 'JPY' ? '0' : '0.000',
        paid_balance: currency === 'JPY' ? '0' : '0.000',
        currency,
        payouts_under_way: currency === 'JPY' ? '0' : '0.000',
      });
    });
  }

  test('in another currency than that of a fixed value or cap has no offer', async () => {
    const shop = await openShop(platform, { cashback_type: 'fixed', cashback_value: 2 });

    const details = await refused(
      () => shop.report({ currency: 'JPY', amount: '500' }),
      422,
      'OFFER_NOT_AVAILABLE',
    );

    assert.equal(details.currency, 'JPY');
  });
});

describe('a report is refused', () => {
  test('as DUPLICATE_PURCHASE when its external id is known, and credited once', async () => {
    const shop = await openShop(platform);
    const first = await shop.buy({ external_id: 'twice' });

    const details = await refused(
      () => shop.report({ external_id: 'twice', amount: '200.00' }),
      409,
      'DUPLICATE_PURCHASE',
    );

    assert.equal((details.purchase as { id: string }).id, first.id);
    assert.deepEqual(details.differences, ['amount']);
    assert.equal(await shop.balances(), '5.0000 / 0.0000 / 0.0000');
  });

  test('as DUPLICATE_PURCHASE also when the user and the offer are gone since', async () => {
    const shop = await openShop(platform);
    await shop.buy({ external_id: 'late-twice' });
    await deactivate('offers', shop.offerId);
    await deactivate('users', shop.shopper.id);

    await refused(() => shop.report({ external_id: 'late-twice' }), 409, 'DUPLICATE_PURCHASE');
  });

  test('as FORBIDDEN when a user reports for somebody else, known external id or not', async () => {
    const shop = await openShop(platform);
    const stranger = await platform.registerUser();
    const { external_id } = shop.body();
    await shop.buy({ external_id });

    await refused(() => shop.report({}, stranger.token), 403, 'FORBIDDEN');
    await refused(() => shop.report({ external_id }, stranger.token), 403, 'FORBIDDEN');
  });

  test('as USER_NOT_ELIGIBLE for an unknown and for an inactive user', async () => {
    const shop = await openShop(platform);
    const unknown = await refused(() => shop.report({ user_id: newId() }), 422, 'USER_NOT_ELIGIBLE');
    await deactivate('users', shop.shopper.id);
    const inactive = await refused(() => shop.report(), 422, 'USER_NOT_ELIGIBLE');

    assert.deepEqual([unknown.reason, inactive.reason], ['unknown', 'inactive']);
  });

  test('by reference, as USER_NOT_ELIGIBLE without an id for an unknown and for an inactive user', async () => {
    const shop = await openShop(platform);
    await setReference(shop.shopper.id, 'refused-1');
    const byReference = (user_reference: string) => ({ user_id: undefined, user_reference });
    const missing = byReference('refused-0');
    const unknown = await refused(() => shop.report(missing), 422, 'USER_NOT_ELIGIBLE');
    await deactivate('users', shop.shopper.id);
    const inactive = await refused(() => shop.report(byReference('refused-1')), 422, 'USER_NOT_ELIGIBLE');

    assert.deepEqual(unknown, { user_reference: 'refused-0', reason: 'unknown' });
    assert.deepEqual(inactive, { user_reference: 'refused-1', reason: 'inactive' });
  });

  test('by reference, as FORBIDDEN to a shopper, whether another user has the reference or none', async () => {
    const shop = await openShop(platform);
    const stranger = await platform.registerUser();
    await setReference(shop.shopper.id, 'refused-2');
    for (const user_reference of ['refused-2', 'refused-3']) {
      const fields = { user_id: undefined, user_reference };
      await refused(() => shop.report(fields, stranger.token), 403, 'FORBIDDEN');
    }
  });

  test('as MERCHANT_NOT_ELIGIBLE for an unknown and for an inactive merchant', async () => {
    const shop = await openShop(platform);
    const unknown = await refused(() => shop.report({ merchant_id: newId() }), 422, 'MERCHANT_NOT_ELIGIBLE');
    await deactivate('merchants', shop.merchantId);
    const inactive = await refused(() => shop.report(), 422, 'MERCHANT_NOT_ELIGIBLE');

    assert.deepEqual([unknown.reason, inactive.reason], ['unknown', 'inactive']);
  });

  test('as OFFER_NOT_AVAILABLE on a day without an offer, and when the offer is inactive', async () => {
    const shop = await openShop(platform);
    const early = await refused(
      () => shop.report({ purchased_at: '2024-12-31T23:59:59Z' }),
      422,
      'OFFER_NOT_AVAILABLE',
    );
    await deactivate('offers', shop.offerId);
    await refused(() => shop.report(), 422, 'OFFER_NOT_AVAILABLE');

    assert.equal(early.purchased_on, '2024-12-31');
  });

  test('as UNSUPPORTED_CURRENCY in a currency that the platform does not have', async () => {
    const shop = await openShop(platform);

    const details = await refused(() => shop.report({ currency: 'USD' }), 422, 'UNSUPPORTED_CURRENCY');

    assert.deepEqual(details, { currency: 'USD', supported: ['EUR', 'JPY', 'KWD'] });
  });

  const shapes: [title: string, fields: Record<string, unknown>, field: string][] = [
    // By the schema, whose other rules need no database, and by the rules.
    ['an empty external id', { external_id: '' }, 'external_id'],
    ['a time 61 seconds ahead', { purchased_at: '2026-03-14T09:27:54Z' }, 'purchased_at'],
    ['a time next year', { purchased_at: '2027-01-01T00:00:00Z' }, 'purchased_at'],
  ];
  for (const [title, fields, field] of shapes) {
    test(`as VALIDATION_ERROR for ${title}`, async () => {
      const shop = await openShop(platform);

      const details = await refused(() => shop.report(fields), 422, 'VALIDATION_ERROR');

      assert.deepEqual(
        (details.violations as { field: string }[]).map((violation) => violation.field),
        [field],
      );
    });
  }

  test('with all of its violations at once', async () => {
    const details = await refused(
      () => api('POST', '/purchases', { token: admin.token, body: { amount: '-1', currency: 'EUR' } }),
      422,
      'VALIDATION_ERROR',
    );

    assert.deepEqual((details.violations as { field: string }[]).map(({ field }) => field).toSorted(), [
      'amount',
      'body',
      'external_id',
      'merchant_id',
      'user_id',
      'user_reference',
    ]);
  });
});

describe('a batch', () => {
  const submit = (body: unknown, type = 'application/json', token = admin.token) =>
    api('POST', '/purchases/batch', {
      token,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': type },
    });

  test('answers for each item, in order, and a bad one fails no other', async () => {
    const shop = await openShop(platform, { monthly_cap: 8 });
    await shop.buy({ external_id: 'batch-known', amount: '20.00' });

    const answer = await submit([
      shop.body({ external_id: 'batch-1' }),
      shop.body({ external_id: 'batch-2', amount: '1.005' }),
      shop.body({ external_id: 'batch-known', amount: '21.00' }),
      shop.body({ external_id: 'batch-3', user_id: newId() }),
      shop.body({ external_id: 'batch-4', currency: 'USD' }),
      'no object',
      null,
      { external_id: 5 },
      shop.body({ external_id: 'batch-5' }),
      shop.body({ external_id: 'batch-6', purchased_at: '2030-01-01T00:00:00Z' }),
      shop.body({ external_id: 'batch-7' }),
    ]);

    assert.equal(answer.status, 200);
    assert.deepEqual(
      answer.body.results.map((result: BatchItem) => [
        result.external_id,
        result.status,
        result.cashback_amount ?? result.error?.code,
      ]),
      [
        ['batch-1', 201, '5.00'],
        ['batch-2', 422, 'VALIDATION_ERROR'],
        ['batch-known', 409, 'DUPLICATE_PURCHASE'],
        ['batch-3', 422, 'USER_NOT_ELIGIBLE'],
        ['batch-4', 422, 'UNSUPPORTED_CURRENCY'],
        [null, 422, 'VALIDATION_ERROR'],
        [null, 422, 'VALIDATION_ERROR'],
        [null, 422, 'VALIDATION_ERROR'],
        ['batch-5', 201, '2.00'],
        ['batch-6', 422, 'VALIDATION_ERROR'],
        ['batch-7', 201, '0.00'],
      ],
    );
    assert.deepEqual(answer.body.summary, { total: 11, accepted: 3, duplicates: 1, refused: 7 });
    assert.deepEqual(await shop.journal(), [
      '1 cashback_credit platform>pending 1.0000',
      '2 cashback_credit platform>pending 5.0000',
      '3 cashback_credit platform>pending 2.0000',
    ]);
    const audit = await rowsOf(
      platform,
      `select count(*)::int from audit_logs where action = 'purchase.recorded'
        and details->>'user_id' = '${shop.shopper.id}'`,
    );
    assert.deepEqual(audit, [{ count: 4 }]);
  });

  test('rewards the first of two items with one external id, and calls the second a duplicate of it', async () => {
    const shop = await openShop(platform);

    const answer = await submit([
      shop.body({ external_id: 'pair', amount: '10.00' }),
      shop.body({ external_id: 'pair', amount: '999.00' }),
    ]);

    const [first, second] = answer.body.results;
    assert.deepEqual([first.status, second.status], [201, 409]);
    assert.equal(second.error.details.purchase.id, first.id);
    assert.deepEqual(second.error.details.differences, ['amount']);
    assert.equal(await shop.balances(), '0.5000 / 0.0000 / 0.0000');
  });

  test('rewards the second of two items with one external id, when the first is refused', async () => {
    const shop = await openShop(platform);

    const answer = await submit([
      shop.body({ external_id: 'heir', user_id: newId() }),
      shop.body({ external_id: 'heir' }),
    ]);

    assert.deepEqual(
      answer.body.results.map(({ status }: { status: number }) => status),
      [422, 201],
    );
    assert.equal(await shop.balances(), '5.0000 / 0.0000 / 0.0000');
  });

  test('is answered the same when it is repeated: all duplicates, nothing written', async () => {
    const shop = await openShop(platform);
    const items = [shop.body(), shop.body()];
    const first = await submit(items);
    const before = await countRows(platform);

    const again = await submit(items);

    assert.deepEqual(again.body.summary, { total: 2, accepted: 0, duplicates: 2, refused: 0 });
    assert.deepEqual(
      again.body.results.map(
        ({ error }: { error: { details: { purchase: { id: string } } } }) => error.details.purchase.id,
      ),
      first.body.results.map(({ id }: { id: string }) => id),
    );
    assert.deepEqual(await countRows(platform), before);
  });

  test('of NDJSON is taken line by line, and a broken line spoils no other', async () => {
    const shop = await openShop(platform);
    const lines = [JSON.stringify(shop.body()), '{"external_id": broken', JSON.stringify(shop.body())];

    const answer = await submit(lines.join('\r\n'), 'application/x-ndjson');

    assert.deepEqual(answer.body.summary, { total: 3, accepted: 2, duplicates: 0, refused: 1 });
    assert.equal(await shop.balances(), '10.0000 / 0.0000 / 0.0000');
  });

  test('of 1000 items is written as a whole', async () => {
    const shop = await openShop(platform);

    const answer = await submit(Array.from({ length: 1000 }, () => shop.body({ amount: '1.00' })));

    assert.deepEqual(answer.body.summary, { total: 1000, accepted: 1000, duplicates: 0, refused: 0 });
    assert.equal(await shop.balances(), '50.0000 / 0.0000 / 0.0000');
  });
});

test('after all of this the books are right', async () => {
  assert.deepEqual((await verifyLedger(platform.database)).faults, []);
});

/** `2026-03-13 20:00:00.123456+00`, in whatever zone the session has, as an instant. */
function utc(timestamp: unknown): string {
  return Temporal.Instant.from(String(timestamp).replace(' ', 'T')).toString();
}
