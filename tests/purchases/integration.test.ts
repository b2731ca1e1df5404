import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startTestPlatform } from '../support/platform.ts';

const platform = await startTestPlatform();

describe('a purchase', () => {
  test('is recorded, held as pending, and made available by its confirmation', async () => {
    const { api, admin } = platform;
    const shopper = await platform.registerUser();
    const merchantId = await platform.createMerchant();
    await platform.createOffer(merchantId);

    const recorded = await api('POST', '/purchases', {
      token: admin.token,
      body: {
        external_id: 'order-1',
        user_id: shopper.id,
        merchant_id: merchantId,
        amount: '49.90',
        currency: 'EUR',
      },
    });
    assert.equal(recorded.status, 201, JSON.stringify(recorded.body));
    assert.equal(recorded.body.cashback_amount, '2.50');

    const confirmed = await api('POST', `/purchases/${recorded.body.id}/confirmation`, {
      token: admin.token,
    });
    assert.equal(confirmed.status, 200, JSON.stringify(confirmed.body));
    const wallet = await api('GET', '/users/me/wallet', { token: shopper.token });
    assert.deepEqual(wallet.body, {
      pending_balance: '0.00',
      available_balance: '2.50',
      paid_balance: '0.00',
      currency: 'EUR',
    });
    const reversed = await api('PATCH', `/purchases/${recorded.body.id}/reverse`, { token: admin.token });
    assert.deepEqual(reversed.body, { id: recorded.body.id, status: 'reversed', cashback_amount: '0.00' });
    const list = await api('GET', '/users/me/wallet/transactions', { token: shopper.token });
    assert.equal(list.body.data.length, 3, JSON.stringify(list.body));
  });
});
