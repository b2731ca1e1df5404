import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSql } from '../../../support/database.ts';
import { fundWallet } from '../../../support/payouts.ts';
import { startTestPlatform } from '../../../support/platform.ts';
import { openShop } from '../../../support/purchases-shop.ts';

const platform = await startTestPlatform();
const { api, admin } = platform;

/** Leaves room for less than ten euros. No test has the time to get there by purchases. */
async function fill(userId: string): Promise<void> {
  await fundWallet(platform, userId, 1n);
  await runSql(
    platform.database.url,
    `set session_replication_role = replica;
     update wallet_entries set available_after = 999999999999990.01
       where wallet_id = (select id from wallets where user_id = '${userId}');
     update wallets set available = 999999999999990.01 where user_id = '${userId}'`,
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
