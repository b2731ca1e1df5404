import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passwordHasher } from '../../../../src/modules/identity/users/passwords.ts';
import { runSql } from '../../../support/database.ts';
import { PASSWORD, startTestPlatform } from '../../../support/platform.ts';

const { platform, database, registerUser } = await startTestPlatform({
  environment: { BCRYPT_COST: '8', TRUST_PROXY: '1' },
});

const login = (email: string, address: string, password = PASSWORD) =>
  platform.server.inject({
    method: 'POST',
    url: '/api/v1/auth/login',
    headers: { 'x-forwarded-for': address },
    payload: { email, password },
  });

test('an owner logs in while one address floods the queue of hashes, whose refusals do not count', async () => {
  const { email } = await registerUser();
  const flood = Promise.all(
    Array.from({ length: 80 }, (_, index) => login(`flood-${index}@example.com`, '10.0.0.1', 'Wr0ng!Pass')),
  );

  assert.equal((await login(email, '10.0.0.2')).statusCode, 200);

  const statuses = (await flood).map(({ statusCode }) => statusCode);
  assert.ok(statuses.includes(503), 'the flood was larger than the share of an address');
  const [counted] = await runSql(
    database.url,
    `select max(failures)::int as failures from login_budgets where failures > 1`,
  );
  assert.equal(counted?.failures, statuses.filter((status) => status === 401).length);
});

test('a login replaces a hash of a lower cost, also if it arrives many times at once', async () => {
  const { id, email } = await registerUser();
  const hashOf = async () =>
    String(
      (await runSql(database.url, `select password_hash from users where id = '${id}'`))[0]?.password_hash,
    );
  const cheap = await passwordHasher({ cost: 4 }).hashPassword(PASSWORD);
  await runSql(database.url, `update users set password_hash = '${cheap}' where id = '${id}'`);

  assert.equal((await login(email, '10.0.1.1', 'Wr0ng!Pass')).statusCode, 401);
  assert.equal(await hashOf(), cheap);

  const answers = await Promise.all(
    ['10.0.1.1', '10.0.1.2', '10.0.1.3'].map((address) => login(email, address)),
  );
  assert.deepEqual(
    answers.map(({ statusCode }) => statusCode),
    [200, 200, 200],
  );
  assert.match(await hashOf(), /^\$2[aby]\$08\$/);
  assert.equal((await login(email, '10.0.1.1')).statusCode, 200);
});
