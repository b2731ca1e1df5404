import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { testClock } from '../../../support/clock.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { countRows, openShop, rowsOf } from '../../../support/purchases-shop.ts';

const clock = testClock();
const platform = await startTestPlatform({ clock });
const { api, admin } = platform;

describe('a confirmation', () => {
  test('makes the reward available', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy({ amount: '49.90' });

    const answer = await shop.confirm(id);

    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, {
      id,
      user_id: shop.shopper.id,
      merchant_id: shop.merchantId,
      status: 'confirmed',
      awaiting_release: false,
      amount: '49.90',
      cashback_amount: '2.50',
      confirmed_at: '2026-03-14T09:26:53Z',
    });
    assert.deepEqual(await statesOf(id), {
      status: 'confirmed',
      reversal_reason: null,
      is_confirmed: true,
      is_reversed: false,
      reward: 'available',
    });
    assert.equal(await shop.balances(), '0.0000 / 2.5000 / 0.0000');
    assert.deepEqual(await shop.journal(), [
      '1 cashback_credit platform>pending 2.5000',
      '2 cashback_confirmation pending>available 2.5000',
    ]);
    assert.deepEqual(await auditOf(id, 'purchase.confirmed'), [
      {
        actor_id: admin.id,
        details: {
          from: 'pending',
          user_id: shop.shopper.id,
          cashback_amount: '2.50',
          currency: 'EUR',
        },
      },
    ]);
  });

  test('finds its purchase by an id in upper case', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy();

    const answer = await shop.confirm(id.toUpperCase());

    assert.equal(answer.status, 200);
    assert.equal(answer.body.id, id);
  });

  test('of a confirmed purchase is refused with the transitions that are left', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy();
    await shop.confirm(id);
    const before = await countRows(platform);

    const answer = await shop.confirm(id);

    assert.equal(answer.status, 400);
    assert.equal(answer.body.error.code, 'PURCHASE_NOT_PENDING');
    assert.deepEqual(answer.body.error.details, {
      purchase_id: id,
      status: 'confirmed',
      allowed_transitions: ['reversed'],
    });
    assert.deepEqual(await countRows(platform), before);
    assert.equal(await shop.balances(), '0.0000 / 5.0000 / 0.0000');
  });

  test('of a reversed purchase is refused: nothing is left', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy();
    await shop.reverse(id);

    const answer = await shop.confirm(id);

    assert.equal(answer.status, 400);
    assert.equal(answer.body.error.code, 'PURCHASE_NOT_PENDING');
    assert.deepEqual(answer.body.error.details.allowed_transitions, []);
    assert.equal(answer.body.error.details.status, 'reversed');
    assert.equal(await shop.balances(), '0.0000 / 0.0000 / 0.0000');
  });
});

describe('a reversal', () => {
  test('before confirmation takes the reward from pending', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy();

    const answer = await shop.reverse(id, 'fraud');

    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, { id, status: 'reversed', cashback_amount: '0.00' });
    assert.deepEqual(await statesOf(id), {
      status: 'reversed',
      reversal_reason: 'fraud',
      is_confirmed: false,
      is_reversed: true,
      reward: 'reversed',
    });
    assert.deepEqual(await shop.journal(), [
      '1 cashback_credit platform>pending 5.0000',
      '2 cashback_reversal pending>platform 5.0000',
    ]);
    assert.equal(await shop.balances(), '0.0000 / 0.0000 / 0.0000');
    assert.deepEqual(await auditOf(id, 'purchase.reversed'), [
      {
        actor_id: admin.id,
        details: {
          from: 'pending',
          user_id: shop.shopper.id,
          cashback_amount: '5.00',
          currency: 'EUR',
          reason: 'fraud',
        },
      },
    ]);
  });

  test('after confirmation takes it from available, and the time of confirmation stays', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy();
    await shop.confirm(id);

    const answer = await shop.reverse(id);

    assert.equal(answer.status, 200);
    assert.deepEqual(await statesOf(id), {
      status: 'reversed',
      reversal_reason: 'returned',
      is_confirmed: true,
      is_reversed: true,
      reward: 'reversed',
    });
    assert.equal((await shop.journal()).at(-1), '3 cashback_reversal available>platform 5.0000');
    assert.equal(await shop.balances(), '0.0000 / 0.0000 / 0.0000');
  });

  test('of a reversed purchase is refused: it is taken back once', async () => {
    const shop = await openShop(platform);
    const [first] = [await shop.buy(), await shop.buy()];
    await shop.reverse(first.id, 'cancelled');

    const answer = await shop.reverse(first.id, 'fraud');

    assert.equal(answer.status, 400);
    assert.equal(answer.body.error.code, 'PURCHASE_ALREADY_REVERSED');
    assert.deepEqual(answer.body.error.details, {
      purchase_id: first.id,
      status: 'reversed',
      allowed_transitions: [],
    });
    assert.equal((await statesOf(first.id))?.reversal_reason, 'cancelled');
    assert.equal(await shop.balances(), '5.0000 / 0.0000 / 0.0000');
  });

  test('gives the room in the cap back, in the month of the purchase', async () => {
    const shop = await openShop(platform, { monthly_cap: 8 });
    const first = await shop.buy({ purchased_at: '2026-02-10T00:00:00Z' });
    const second = await shop.buy({ purchased_at: '2026-02-11T00:00:00Z' });
    assert.equal(second.cashback_amount, '3.00');

    await shop.reverse(first.id);
    const third = await shop.buy({ purchased_at: '2026-02-12T00:00:00Z' });
    const fourth = await shop.buy({ purchased_at: '2026-02-12T00:00:00Z' });

    assert.deepEqual([third.cashback_amount, fourth.cashback_amount], ['5.00', '0.00']);
    const usages = await rowsOf(
      platform,
      `select month::text, cap, used from cashback_cap_usage where user_id = '${shop.shopper.id}'`,
    );
    assert.deepEqual(usages, [{ month: '2026-02-01', cap: '8.0000', used: '8.0000' }]);
  });

  test('after the money was withdrawn leaves a debt, which later cashback fills up', async () => {
    const shop = await openShop(platform);
    const first = await shop.buy();
    await shop.confirm(first.id);
    await withdraw(shop.shopper.id, '4.00');

    const answer = await shop.reverse(first.id);
    assert.equal(answer.status, 200);
    assert.equal(await shop.balances(), '0.0000 / -4.0000 / 4.0000');
    const wallet = await api('GET', '/users/me/wallet', { token: shop.shopper.token });
    assert.equal(wallet.body.available_balance, '-4.00');

    const second = await shop.buy();
    await shop.confirm(second.id);
    assert.equal(await shop.balances(), '0.0000 / 1.0000 / 4.0000');
  });
});

test('a settlement of an unknown purchase is NOT_FOUND', async () => {
  const id = newId();
  for (const path of ['confirmation', 'reverse']) {
    const answer = await api('POST', `/purchases/${id}/${path}`, { token: admin.token });
    assert.deepEqual([answer.status, answer.body.error.code], [404, 'NOT_FOUND']);
  }
});

describe('a purchase', () => {
  test('is shown with its reward only to its owner and to administrators', async () => {
    const shop = await openShop(platform);
    const stranger = await platform.registerUser();
    const { id } = await shop.buy({ purchased_at: '2026-03-01T10:00:00.5Z' });
    await shop.confirm(id);
    const [merchant] = await rowsOf(platform, `select name from merchants where id = '${shop.merchantId}'`);
    const show = (token: string) => api('GET', `/purchases/${id}`, { token });

    const own = await show(shop.shopper.token);
    const administrators = await show(admin.token);
    const foreign = await show(stranger.token);

    assert.deepEqual(own.body, {
      id,
      merchant_name: merchant?.name,
      amount: '100.00',
      original_amount: '100.00',
      revision: 0,
      currency: 'EUR',
      status: 'confirmed',
      cashback_amount: '5.00',
      cashback_status: 'available',
      awaiting_release: false,
      purchased_at: '2026-03-01T10:00:00Z',
      created_at: '2026-03-14T09:26:53Z',
      lines: null,
    });
    assert.deepEqual(administrators.body, own.body);
    assert.deepEqual([foreign.status, foreign.body.error.code], [403, 'FORBIDDEN']);
    assert.doesNotMatch(JSON.stringify(foreign.body), /100\.00|Merchant/);
  });

  test('that does not exist is NOT_FOUND', async () => {
    const answer = await api('GET', `/purchases/${newId()}`, { token: admin.token });

    assert.deepEqual([answer.status, answer.body.error.code], [404, 'NOT_FOUND']);
  });
});

describe('the list of purchases', () => {
  type Listed = { id: string; status: string };
  const idsOf = (data: Listed[]) => data.map(({ id }) => id);
  const list = (query: string, token = admin.token) => api('GET', `/purchases?${query}`, { token });

  test('shows what each one is, newest first', async () => {
    const shop = await openShop(platform);
    const older = await shop.buy({ external_id: 'listed-1' });
    const newer = await shop.buy({ external_id: 'listed-2' });

    const answer = await list(`user_id=${shop.shopper.id}`);
    const merchant = await platform.api('GET', `/merchants/${shop.merchantId}`, {
      token: platform.admin.token,
    });

    assert.equal(answer.status, 200);
    assert.deepEqual(idsOf(answer.body.data), [newer.id, older.id]);
    assert.deepEqual(answer.body.data[1], {
      id: older.id,
      partner_id: null,
      external_id: 'listed-1',
      order_reference: null,
      user_id: shop.shopper.id,
      merchant_id: shop.merchantId,
      offer_id: shop.offerId,
      amount: '100.00',
      original_amount: '100.00',
      revision: 0,
      currency: 'EUR',
      status: 'pending',
      held: false,
      awaiting_release: false,
      purchased_at: '2026-03-14T09:26:53Z',
      created_at: '2026-03-14T09:26:53Z',
      user_email: shop.shopper.email,
      merchant_name: merchant.body.name,
      partner_name: null,
      cashback_amount: '5.00',
      cashback_status: 'pending',
      confirmed_at: null,
      reversed_at: null,
      reversal_reason: null,
      overdue_since: null,
    });
    assert.deepEqual(answer.body.pagination, { offset: 0, limit: 20, total: 2, next_cursor: null });
  });

  test('is filtered by status, user, merchant and the days of recording, and by all of them together', async () => {
    const shop = await openShop(platform);
    const other = await openShop(platform);
    const [pending, confirmed, reversed] = [await shop.buy(), await shop.buy(), await shop.buy()];
    await shop.confirm(confirmed.id);
    await shop.reverse(reversed.id);
    const elsewhere = await shop.buy({ merchant_id: other.merchantId });
    const foreign = await other.buy();
    const mine = `user_id=${shop.shopper.id}`;

    const found = async (query: string) => idsOf((await list(query)).body.data);

    assert.deepEqual(await found(`${mine}&status=pending`), [elsewhere.id, pending.id]);
    assert.deepEqual(await found(`${mine}&status=confirmed`), [confirmed.id]);
    assert.deepEqual(await found(`${mine}&status=reversed`), [reversed.id]);
    assert.deepEqual(await found(`merchant_id=${other.merchantId}`), [foreign.id, elsewhere.id]);
    assert.deepEqual(await found(`${mine}&merchant_id=${other.merchantId}`), [elsewhere.id]);
    assert.deepEqual(await found(`${mine}&merchant_id=${other.merchantId}&status=reversed`), []);
    assert.deepEqual(await found(`user_id=${shop.shopper.id.toUpperCase()}&status=reversed`), [reversed.id]);
    assert.deepEqual(await found(`${mine}&start_date=2026-03-15`), []);
    assert.deepEqual(await found(`${mine}&end_date=2026-03-13`), []);
    assert.equal((await found(`${mine}&start_date=2026-03-14&end_date=2026-03-14`)).length, 4);
  });

  test('takes both days as whole days in UTC', async () => {
    const shop = await openShop(platform);
    const ids: string[] = [];
    for (const hours of [14, 1]) {
      // 23:26 on the 14th, 00:26 on the 15th.
      clock.advance({ hours });
      ids.push((await shop.report({}, await freshToken())).body.id);
    }
    const token = await freshToken();
    const found = async (query: string) =>
      idsOf((await list(`user_id=${shop.shopper.id}&${query}`, token)).body.data);

    assert.deepEqual(await found('end_date=2026-03-14'), [ids[0]]);
    assert.deepEqual(await found('start_date=2026-03-15'), [ids[1]]);
    assert.deepEqual(await found('start_date=2026-03-14&end_date=2026-03-15'), [ids[1], ids[0]]);
    clock.advance({ hours: -15 });
  });

  test('shows every item once, by cursor and by offset, whatever is added meanwhile', async () => {
    const shop = await openShop(platform);
    const ids: string[] = [];
    for (let count = 0; count < 23; count += 1) ids.unshift((await shop.buy()).id);
    const query = `user_id=${shop.shopper.id}`;

    const byOffset: string[] = [];
    for (let offset = 0; offset < 25; offset += 5) {
      const { body } = await list(`${query}&offset=${offset}&limit=5`);
      assert.equal(body.pagination.total, 23);
      assert.equal(body.pagination.offset, offset);
      byOffset.push(...idsOf(body.data));
    }
    const byCursor: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await list(`${query}&limit=4${cursor && `&cursor=${cursor}`}`);
      byCursor.push(...idsOf(body.data));
      cursor = body.pagination.next_cursor;
      await shop.buy();
    }

    assert.deepEqual(byOffset, ids);
    assert.deepEqual(byCursor, ids);
    assert.deepEqual((await list(`${query}&offset=1000`)).body.data, []);
  });

  test('ends without a cursor on a page that is exactly full', async () => {
    const shop = await openShop(platform);
    for (let count = 0; count < 3; count += 1) await shop.buy();

    const answer = await list(`user_id=${shop.shopper.id}&limit=3`);

    assert.equal(answer.body.data.length, 3);
    assert.equal(answer.body.pagination.next_cursor, null);
  });
});

describe('one’s own purchases', () => {
  test('are one’s own only, with what became of them, by status and page', async () => {
    const shop = await openShop(platform);
    const other = await openShop(platform);
    await other.buy();
    const [first, second, third] = [await shop.buy(), await shop.buy(), await shop.buy()];
    await shop.confirm(first.id);
    await shop.reverse(second.id);
    const own = (query: string) => api('GET', `/users/me/purchases?${query}`, { token: shop.shopper.token });

    const all = await own('');
    const reversed = await own('status=reversed');
    const page = await own('limit=2');
    const rest = await own(`limit=2&cursor=${page.body.pagination.next_cursor}`);
    const unknown = await own('status=gone');

    assert.deepEqual(
      all.body.data.map((item: Record<string, string>) => [item.id, item.status, item.cashback_status]),
      [
        [third.id, 'pending', 'pending'],
        [second.id, 'reversed', 'reversed'],
        [first.id, 'confirmed', 'available'],
      ],
    );
    const shown = all.body.data[0];
    for (const hidden of ['external_id', 'partner_id', 'user_id', 'held', 'order_reference'])
      assert.ok(!(hidden in shown), hidden);
    assert.deepEqual(
      reversed.body.data.map(({ id }: { id: string }) => id),
      [second.id],
    );
    assert.deepEqual(
      [...page.body.data, ...rest.body.data].map(({ id }: { id: string }) => id),
      [third.id, second.id, first.id],
    );
    assert.deepEqual([unknown.status, unknown.body.error.code], [422, 'INVALID_PURCHASE_STATUS']);
  });
});

async function statesOf(id: string): Promise<Record<string, unknown> | undefined> {
  const [row] = await rowsOf(
    platform,
    `select purchases.status, reversal_reason, confirmed_at is not null as is_confirmed,
      reversed_at is not null as is_reversed, reward.status as reward
    from purchases join cashback_transactions as reward on reward.purchase_id = purchases.id
    where purchases.id = '${id}'`,
  );
  return row;
}

function auditOf(id: string, action: string): Promise<Record<string, unknown>[]> {
  return rowsOf(
    platform,
    `select actor_id, details from audit_logs where resource_id = '${id}' and action = '${action}'`,
  );
}

/** What a payout will do to the wallet, as the journal takes it. */
async function withdraw(userId: string, amount: string): Promise<void> {
  await rowsOf(
    platform,
    `begin;
    insert into wallet_entries
      select gen_random_uuid(), id, last_sequence + 1, 'payout', 'available', 'paid', ${amount}, 'payout',
        gen_random_uuid(), pending, available - ${amount}, paid + ${amount}, now()
      from wallets where user_id = '${userId}' and currency = 'EUR';
    update wallets set available = available - ${amount}, paid = paid + ${amount}, last_sequence = last_sequence + 1
      where user_id = '${userId}' and currency = 'EUR';
    commit`,
  );
}

/** Tokens age with the clock: whoever moved it logs in again. */
async function freshToken(): Promise<string> {
  const body = { email: admin.email, password: 'Str0ng!Pass' };
  const answer = await api('POST', '/auth/login', { body });
  return answer.body.access_token;
}
