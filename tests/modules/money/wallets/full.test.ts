import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSql } from '../../../support/database.ts';
import { fundWallet, openPayoutDesk } from '../../../support/payouts.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { openShop } from '../../../support/purchases-shop.ts';

const platform = await startTestPlatform();
const { api, admin } = platform;

/** Leaves room for less than ten euros. No test has the time to get there by purchases. */
async function fill(userId: string, available = '999999999999990.01'): Promise<void> {
  await fundWallet(platform, userId, 1n);
  await runSql(
    platform.database.url,
    `set session_replication_role = replica;
     update wallet_entries set available_after = ${available}
       where wallet_id = (select id from wallets where user_id = '${userId}');
     update wallets set available = ${available} where user_id = '${userId}'`,
  );
}

test('a full wallet refuses a purchase and costs its neighbours nothing', async () => {
  const [rich, other] = await Promise.all([openShop(platform), openShop(platform)]);
  await fill(rich.shopper.id);
  const items = [
    rich.body({ amount: '100.00' }),
    other.body({ amount: '100.00' }),
    rich.body({ amount: '9.00' }),
  ];

  const { status, body } = await api('POST', '/purchases/batch', { token: admin.token, body: items });

  assert.equal(status, 200);
  const [first, second, third] = body.results;
  assert.deepEqual([first.status, first.error.code], [409, 'WALLET_FULL']);
  assert.deepEqual([second.status, third.status], [201, 201]);
  const alone = await rich.report({ amount: '100.00' });
  assert.deepEqual([alone.status, alone.body.error.code], [409, 'WALLET_FULL']);
});

test('a full wallet refuses a larger amount and a match of a purchase, and its neighbours are settled', async () => {
  const [rich, other] = await Promise.all([openShop(platform), openShop(platform)]);
  const [purchase, neighbour] = [await rich.buy({ amount: '100.00' }), await other.buy({ amount: '100.00' })];
  await fill(rich.shopper.id);
  const amendment = (id: string, amount: string) => ({
    purchase_id: id,
    action: 'amend',
    amount,
    reason: 'a correction',
    version: '1',
  });

  const alone = await rich.amend(purchase.id, { amount: '1000.00' });
  const { body } = await api('POST', '/purchases/settlements', {
    token: admin.token,
    body: [amendment(purchase.id, '1000.00'), amendment(neighbour.id, '1000.00')],
  });
  const confirmed = await rich.confirm(purchase.id);

  assert.deepEqual([alone.status, alone.body.error.code], [409, 'WALLET_FULL']);
  const [first, second] = body.results;
  assert.deepEqual([first.status, first.error.code, second.status], [409, 'WALLET_FULL', 200]);
  assert.equal(confirmed.status, 200);
});

test('a full wallet takes money back from a payout, and refuses an approval', async () => {
  const colleague = await platform.registerStaff('finance');
  const desk = await openPayoutDesk(platform, 20_00n);
  const id = await desk.requested();
  await desk.process(id, { status: 'completed', external_reference: 'SEPA-1' });
  const made = await api('POST', `/users/${desk.user.id}/wallet/adjustments`, {
    token: admin.token,
    body: { amount: '2000.00', direction: 'credit', reason: 'A correction.' },
  });
  // With the 10.00 that are paid.
  await fill(desk.user.id, '999999999999980.01');

  const approval = () => api('POST', `/adjustments/${made.body.id}/approval`, { token: colleague.token });
  const refused = await approval();
  const returned = await desk.process(id, { status: 'returned', reason: 'closed' });

  assert.deepEqual([refused.status, refused.body.error.code], [409, 'WALLET_FULL']);
  assert.equal(returned.status, 200, JSON.stringify(returned.body));
});

test('a full wallet refuses a credit by an administrator', async () => {
  const { id } = await platform.registerUser();
  await fill(id);
  const credit = (amount: string) =>
    api('POST', `/users/${id}/wallet/adjustments`, {
      token: admin.token,
      body: { amount, direction: 'credit', reason: 'Goodwill.' },
    });

  const refused = await credit('9.99');
  const taken = await credit('9.98');

  assert.deepEqual([refused.status, refused.body.error.code], [409, 'WALLET_FULL']);
  assert.equal(taken.status, 201);
});
