import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { adoptProgramme, MERCHANTS, newSecrets, seedProgramme, USERS } from '../../bench/programme.ts';
import { systemClock } from '../../src/core/clock.ts';
import { verifyLedger } from '../../src/modules/insight/proof/index.ts';
import { testClock } from '../support/clock.ts';
import { asOwner } from '../support/database.ts';
import { startTestPlatform } from '../support/platform.ts';

const secrets = newSecrets();
const { database, api } = await startTestPlatform({
  clock: testClock(systemClock().toString()),
  environment: { JWT_KEYS: `bench:${secrets.jwtSecret}` },
});
const programme = await seedProgramme(asOwner(database.url), secrets);

/** A purchase of the first shopper at the first merchant. */
function buy({ users, merchants, partnerKey }: Pick<typeof programme, 'users' | 'merchants' | 'partnerKey'>) {
  const body = {
    external_id: `order-${partnerKey}`,
    user_id: users[0],
    merchant_id: merchants[0],
    amount: '20.00',
    currency: 'EUR',
    purchased_at: systemClock()
      .subtract({ hours: 24 * 28 })
      .toString(),
  };
  return api('POST', '/purchases', { token: partnerKey, body });
}

describe('a seeded programme', () => {
  test('has shoppers with money to withdraw, in books that are right', async () => {
    const [token = ''] = programme.tokensOfUsers(1);
    assert.equal(programme.users.length, USERS);
    const wallet = await api('GET', '/users/me/wallet', { token });
    assert.equal(wallet.body.available_balance, '100000.00');
    assert.equal((await verifyLedger(database)).faultCount, 0);
  });

  test('takes the purchases of its partner', async () => {
    assert.equal((await buy(programme)).status, 201);
  });

  test('lets shoppers log in, and its administrator read lists', async () => {
    const [email = ''] = programme.emails;
    const { password } = programme;
    assert.equal((await api('POST', '/auth/login', { body: { email, password } })).status, 200);
    assert.equal((await api('GET', '/audit-logs', { token: programme.tokenOfAdmin() })).status, 200);
  });
});

test('a programme that is there already is adopted with a key of its own', async () => {
  const adopted = await adoptProgramme(database.url);
  assert.equal(new Set(adopted.users).size, USERS);
  assert.deepEqual(adopted.merchants.toSorted(), [...programme.merchants]);
  assert.equal(adopted.merchants.length, MERCHANTS);
  assert.notEqual(adopted.partnerId, programme.partnerId);
  assert.equal((await buy(adopted)).status, 201);
});
