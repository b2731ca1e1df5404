import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { openShop, rowsOf } from '../../../support/purchases-shop.ts';

const platform = await startTestPlatform({ environment: { SUPPORTED_CURRENCIES: 'EUR,JPY' } });
const { api, admin } = platform;

describe('a wallet', () => {
  test('is there with its user, empty', async () => {
    const person = await platform.registerUser();

    const answer = await api('GET', '/users/me/wallet', { token: person.token });

    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, {
      pending_balance: '0.00',
      available_balance: '0.00',
      paid_balance: '0.00',
      currency: 'EUR',
      payouts_under_way: '0.00',
    });
    const rows = await rowsOf(platform, `select currency from wallets where user_id = '${person.id}'`);
    assert.deepEqual(rows, [{ currency: 'EUR' }]);
  });

  test('shows what is pending and what is available', async () => {
    const shop = await openShop(platform);
    const { id } = await shop.buy();
    await shop.buy({ amount: '30.00' });
    await shop.confirm(id);

    const answer = await api('GET', '/users/me/wallet', { token: shop.shopper.token });

    assert.deepEqual(answer.body, {
      pending_balance: '1.50',
      available_balance: '5.00',
      paid_balance: '0.00',
      currency: 'EUR',
      payouts_under_way: '0.00',
    });
  });

  test('of a user is shown to an administrator, and to no other user', async () => {
    const shop = await openShop(platform);
    await shop.buy();
    const stranger = await platform.registerUser();
    const show = (token: string, id = shop.shopper.id) => api('GET', `/users/${id}/wallet`, { token });

    const shown = await show(admin.token);
    const inUpperCase = await show(admin.token, shop.shopper.id.toUpperCase());
    const foreign = await show(stranger.token);

    assert.equal(shown.body.pending_balance, '5.00');
    assert.deepEqual(inUpperCase.body, shown.body);
    assert.deepEqual([foreign.status, foreign.body.error.code], [403, 'FORBIDDEN']);
  });

  test('of an unknown user, and one in a currency without money, are NOT_FOUND', async () => {
    const person = await platform.registerUser();
    const nobody = await api('GET', `/users/${newId()}/wallet`, { token: admin.token });
    const inYen = await api('GET', '/users/me/wallet?currency=JPY', { token: person.token });
    const transactions = await api('GET', '/users/me/wallet/transactions?currency=JPY', {
      token: person.token,
    });

    for (const answer of [nobody, inYen, transactions]) {
      assert.deepEqual([answer.status, answer.body.error.code], [404, 'NOT_FOUND']);
      assert.equal(answer.body.error.details.resource_type, 'wallet');
    }
  });
});

describe('the transactions of a wallet', () => {
  type Transaction = Record<string, string>;
  const list = (token: string, query = '') => api('GET', `/users/me/wallet/transactions?${query}`, { token });

  test('list each movement, newest first, with the status of its cashback', async () => {
    const shop = await openShop(platform);
    const [first, second] = [await shop.buy(), await shop.buy({ amount: '20.00' })];
    await shop.confirm(first.id);
    await shop.confirm(second.id);
    await shop.reverse(first.id);

    const { status, body } = await list(shop.shopper.token);

    assert.equal(status, 200);
    assert.deepEqual(
      body.data.map((item: Transaction) => [
        item.type,
        item.amount,
        item.status,
        item.from,
        item.to,
        item.related_purchase_id,
      ]),
      [
        ['cashback_reversal', '5.00', 'reversed', 'available', 'platform', first.id],
        ['cashback_confirmation', '1.00', 'available', 'pending', 'available', second.id],
        ['cashback_confirmation', '5.00', 'reversed', 'pending', 'available', first.id],
        ['cashback_credit', '1.00', 'available', 'platform', 'pending', second.id],
        ['cashback_credit', '5.00', 'reversed', 'platform', 'pending', first.id],
      ],
    );
    const entries = await rowsOf(
      platform,
      `select id from wallet_entries
      where wallet_id = (select id from wallets where user_id = '${shop.shopper.id}') order by sequence desc`,
    );
    assert.deepEqual(
      body.data.map(({ id }: Transaction) => id),
      entries.map(({ id }) => id),
    );
    assert.equal(body.data[0].related_payout_id, null);
    assert.equal(body.data[0].created_at, '2026-03-14T09:26:53Z');
    assert.deepEqual(body.pagination, { offset: 0, limit: 20, total: 5, next_cursor: null });
  });

  test('are one’s own, in one currency', async () => {
    const shop = await openShop(platform);
    const other = await openShop(platform);
    await other.buy();
    await shop.buy({ currency: 'JPY', amount: '500' });

    const inEuro = await list(shop.shopper.token);
    const inYen = await list(shop.shopper.token, 'currency=JPY');

    assert.deepEqual(inEuro.body.data, []);
    assert.deepEqual(
      inYen.body.data.map(({ amount }: Transaction) => amount),
      ['25'],
    );
  });

  test('are shown each once, by cursor and by offset, whatever is added meanwhile', async () => {
    const shop = await openShop(platform);
    for (let count = 0; count < 11; count += 1) await shop.buy();
    const all = await list(shop.shopper.token);
    const ids = idsOf(all.body.data);
    assert.equal(new Set(ids).size, 11);

    const byOffset: string[] = [];
    for (let offset = 0; offset < 14; offset += 3) {
      const { body } = await list(shop.shopper.token, `offset=${offset}&limit=3`);
      assert.equal(body.pagination.total, 11);
      byOffset.push(...idsOf(body.data));
    }
    const byCursor: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await list(shop.shopper.token, `limit=3${cursor && `&cursor=${cursor}`}`);
      byCursor.push(...idsOf(body.data));
      cursor = body.pagination.next_cursor;
      await shop.buy();
    }

    assert.deepEqual(byOffset, ids);
    assert.deepEqual(byCursor, ids);
    assert.deepEqual((await list(shop.shopper.token, 'offset=1000000000')).body.data, []);
  });

  function idsOf(data: Transaction[]): string[] {
    return data.map(({ id }) => id ?? '');
  }
});
