import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PASSWORD, startTestPlatform } from '../support/platform.ts';

const LIMIT = 4;
const ACCOUNTS = ['changer', 'victim-0', 'victim-1', 'victim-2', 'victim-3', 'victim-last'];

const { platform, admin } = await startTestPlatform({
  environment: { LOGINS_PER_MINUTE: String(LIMIT), REGISTRATIONS_PER_MINUTE: '3', TRUST_PROXY: 'true' },
});

for (const name of ACCOUNTS) {
  await platform.modules.users.service.register({ email: `${name}@example.com`, password: PASSWORD }, null);
}

describe('logins', () => {
  test('of one account are bounded, from however many addresses, and however it is spelled', async () => {
    const spellings = ['admin@example.com', 'ADMIN@example.com', ' admin@example.com', 'Admin@Example.com'];
    for (const [index, email] of spellings.slice(1).entries()) {
      assert.equal((await login(email, 'Wr0ng!Pass', `10.0.0.${index}`)).statusCode, 401);
    }

    // One login was the test platform's own; now even the right password has to wait.
    const answer = await login(admin.email, PASSWORD, '10.0.0.200');

    assertLimited(answer);
    assert.equal((await login('somebody@example.com', PASSWORD, '10.0.0.200')).statusCode, 401);
  });

  test('from one address are bounded, for however many accounts', async () => {
    for (let index = 0; index < LIMIT; index += 1) {
      assert.equal((await login(`guess-${index}@example.com`, PASSWORD, '10.1.0.1')).statusCode, 401);
    }
    assertLimited(await login('guess-last@example.com', PASSWORD, '10.1.0.1'));
    assert.equal((await login('guess-last@example.com', PASSWORD, '10.1.0.2')).statusCode, 401);
  });
});

describe('changes of a password', () => {
  test('of one account are bounded, from however many addresses', async () => {
    const { access_token } = (await login('changer@example.com', PASSWORD, '10.3.0.1')).json();
    for (let index = 0; index < LIMIT; index += 1) {
      assert.equal((await changePassword(access_token, 'Wr0ng!Pass', `10.3.0.${index}`)).statusCode, 401);
    }
    assertLimited(await changePassword(access_token, PASSWORD, '10.3.0.200'));
  });

  test('from one address are bounded, for however many accounts', async () => {
    for (let index = 0; index < LIMIT; index += 1) {
      const { access_token } = (
        await login(`victim-${index}@example.com`, PASSWORD, `10.4.1.${index}`)
      ).json();
      assert.equal((await changePassword(access_token, 'Wr0ng!Pass', '10.4.0.1')).statusCode, 401);
    }
    const { access_token } = (await login('victim-last@example.com', PASSWORD, '10.4.1.200')).json();
    assertLimited(await changePassword(access_token, PASSWORD, '10.4.0.1'));
    assert.equal((await changePassword(access_token, PASSWORD, '10.4.0.2')).statusCode, 204);
  });
});

test('registrations from one address are bounded', async () => {
  const register = (index: number, address: string) =>
    platform.server.inject({
      method: 'POST',
      url: '/api/v1/users',
      headers: { 'x-forwarded-for': address },
      payload: { email: `new-${index}@example.com`, password: PASSWORD },
    });
  for (let index = 0; index < 3; index += 1)
    assert.equal((await register(index, '10.2.0.1')).statusCode, 201);

  assertLimited(await register(3, '10.2.0.1'));
  assert.equal((await register(3, '10.2.0.2')).statusCode, 201);
});

function login(email: string, password: string, address: string) {
  return platform.server.inject({
    method: 'POST',
    url: '/api/v1/auth/login',
    headers: { 'x-forwarded-for': address },
    payload: { email, password },
  });
}

function changePassword(token: string, current_password: string, address: string) {
  return platform.server.inject({
    method: 'PATCH',
    url: '/api/v1/users/me/password',
    headers: { 'x-forwarded-for': address, authorization: `Bearer ${token}` },
    payload: { current_password, new_password: 'An0ther!Pass' },
  });
}

function assertLimited(answer: Awaited<ReturnType<typeof login>>): void {
  assert.equal(answer.statusCode, 429, answer.body);
  const { error } = answer.json();
  assert.equal(error.code, 'RATE_LIMITED');
  const retryAfter = Number(answer.headers['retry-after']);
  assert.ok(retryAfter >= 1 && retryAfter <= 60, String(answer.headers['retry-after']));
  assert.equal(error.details.retry_after_seconds, retryAfter);
}
