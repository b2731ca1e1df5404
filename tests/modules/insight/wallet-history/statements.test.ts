import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import { fundWallet, openPayoutDesk } from '../../../support/payouts.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { openShop } from '../../../support/purchases-shop.ts';

const platform = await startTestPlatform();
const { api, admin } = platform;

type Line = Readonly<Record<string, string | null>>;

async function linesOf(path: string, token: string): Promise<Line[]> {
  const answer = await api('GET', path, { token });
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body.data;
}

describe('the transactions of a wallet', () => {
  test('name what each came from, and what has become of that', async () => {
    const shop = await openShop(platform);
    const { token, id: userId } = shop.shopper;
    const purchase = await shop.buy({ amount: '400.00' });
    await shop.confirm(purchase.id);
    await fundWallet(platform, userId, 1_00n);
    const body = {
      amount: '20.00',
      method: 'bank_transfer',
      details: { iban: 'DE89370400440532013000', account_holder: 'Erika Mustermann' },
    };
    const payout = (await api('POST', '/users/me/payouts', { token, body })).body.id;
    await api('POST', `/users/me/payouts/${payout}/cancel`, { token });

    const lines = await linesOf('/users/me/wallet/transactions', token);

    const shown = lines.map((line) => [
      line.type,
      line.amount,
      line.status,
      line.related_purchase_id,
      line.related_payout_id,
      typeof line.related_adjustment_id,
    ]);
    assert.deepEqual(shown, [
      ['payout_refund', '20.00', 'cancelled', null, payout, 'object'],
      ['payout', '20.00', 'cancelled', null, payout, 'object'],
      ['adjustment', '1.00', 'completed', null, null, 'string'],
      ['cashback_confirmation', '20.00', 'available', purchase.id, null, 'object'],
      ['cashback_credit', '20.00', 'available', purchase.id, null, 'object'],
    ]);
    assert.deepEqual(await linesOf(`/users/${userId.toUpperCase()}/wallet/transactions`, admin.token), lines);
  });

  test('show the status of a payout as it is now', async () => {
    const desk = await openPayoutDesk(platform);
    const id = await desk.requested();
    const statuses = async () => {
      const lines = await linesOf('/users/me/wallet/transactions', desk.user.token);
      return lines.filter((line) => line.related_payout_id === id).map(({ status }) => status);
    };

    assert.deepEqual(await statuses(), ['requested']);
    await desk.process(id, { status: 'processing' });
    assert.deepEqual(await statuses(), ['processing']);
    await desk.process(id, { status: 'failed', reason: 'account closed' });
    assert.deepEqual(await statuses(), ['failed', 'failed']);

    const completed = await desk.requested();
    await desk.process(completed, { status: 'completed', external_reference: 'SEPA-1' });
    const [newest] = await linesOf('/users/me/wallet/transactions', desk.user.token);
    assert.deepEqual([newest?.status, newest?.related_payout_id], ['completed', completed]);
  });

  test('name the merchant, the reason and the balance after each', async () => {
    const shop = await openShop(platform);
    const { token, id: userId } = shop.shopper;
    const purchase = await shop.buy({ amount: '400.00' });
    await shop.confirm(purchase.id);
    await fundWallet(platform, userId, 1_00n);
    await shop.reverse(purchase.id, 'declined');
    const merchant = await api('GET', `/merchants/${shop.merchantId}`, { token: admin.token });
    const { name } = merchant.body;

    const lines = await linesOf('/users/me/wallet/transactions', token);

    assert.deepEqual(
      lines.map((line) => [line.type, line.available_after, line.merchant_name, line.reason]),
      [
        ['cashback_reversal', '1.00', name, 'declined'],
        ['adjustment', '21.00', null, 'Something to begin with.'],
        ['cashback_confirmation', '20.00', name, null],
        ['cashback_credit', '0.00', name, null],
      ],
    );
  });

  test('of a time are those of its seconds, both included, on every page', async () => {
    const { token, id } = await platform.registerUser();
    const times: string[] = [];
    for (const amount of [1_00n, 2_00n, 3_00n, 4_00n]) {
      platform.clock.advance({ seconds: 5, milliseconds: 300 });
      times.push(platform.clock().toString({ smallestUnit: 'second' }));
      await fundWallet(platform, id, amount);
    }
    const page = async (query: string) =>
      (await api('GET', `/users/me/wallet/transactions?${query}`, { token })).body;
    const amounts = async (query: string) => {
      const { data, pagination } = await page(query);
      assert.equal(pagination.total, data.length);
      return data.map((line: Line) => line.amount);
    };
    const [first = '', second = '', third = '', fourth = ''] = times;
    const after = Temporal.Instant.from(fourth).add({ seconds: 1 }).toString();
    const before = Temporal.Instant.from(first).subtract({ seconds: 1 }).toString();

    assert.deepEqual(await amounts(`from=${second}&to=${third}`), ['3.00', '2.00']);
    assert.deepEqual(await amounts(`from=${fourth}`), ['4.00']);
    assert.deepEqual(await amounts(`to=${first}`), ['1.00']);
    assert.deepEqual(await amounts(`from=${before}&to=${after}`), ['4.00', '3.00', '2.00', '1.00']);
    assert.deepEqual(await amounts(`from=${after}`), []);
    assert.deepEqual(await amounts(`to=${before}`), []);
    const newest = await page(`from=${first}&to=${third}&limit=2`);
    const rest = await page(`from=${first}&to=${third}&cursor=${newest.pagination.next_cursor}`);
    assert.deepEqual([newest.pagination.total, rest.pagination.total], [3, 3]);
    assert.deepEqual(
      [...newest.data, ...rest.data].map((line: Line) => line.amount),
      ['3.00', '2.00', '1.00'],
    );
  });

  test('continue from page to page by a cursor', async () => {
    const desk = await openPayoutDesk(platform);
    for (let count = 0; count < 4; count += 1) await desk.requested();
    const page = async (query: string) =>
      (await api('GET', `/users/me/wallet/transactions?limit=2${query}`, { token: desk.user.token })).body;

    const first = await page('');
    const second = await page(`&cursor=${first.pagination.next_cursor}`);
    const third = await page(`&cursor=${second.pagination.next_cursor}`);

    const types = [first, second, third].flatMap(({ data }) => data.map(({ type }: Line) => type));
    assert.deepEqual(types, ['payout', 'payout', 'payout', 'payout', 'adjustment']);
    assert.deepEqual([first.pagination.total, third.pagination.next_cursor], [5, null]);
  });

  test('of somebody without a wallet are NOT_FOUND, and of others an affair of admins', async () => {
    const desk = await openPayoutDesk(platform);
    const missing = await api('GET', `/users/${newId()}/wallet/transactions`, { token: admin.token });
    const foreign = await api('GET', `/users/${desk.user.id}/wallet/transactions`, {
      token: desk.user.token,
    });
    assert.deepEqual([missing.status, missing.body.error.code], [404, 'NOT_FOUND']);
    assert.deepEqual([foreign.status, foreign.body.error.code], [403, 'FORBIDDEN']);
  });
});
