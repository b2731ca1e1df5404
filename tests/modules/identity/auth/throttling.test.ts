import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PASSWORD, startTestPlatform } from '../../../support/platform.ts';

const LIMIT = 4;
const ACCOUNTS = ['changer', 'victim-0', 'victim-1', 'victim-2', 'victim-3', 'victim-last'];

const { platform, admin } = await startTestPlatform({
  environment: { LOGINS_PER_MINUTE: String(LIMIT), REGISTRATIONS_PER_MINUTE: '3', TRUST_PROXY: '1' },
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

describe('behind a proxy that appends to X-Forwarded-For', () => {
  test('a client that invents addresses is limited by its own', async () => {
    const statuses = [];
    for (let index = 0; index < 40; index += 1) {
      const answer = await login(`append-${index}@example.com`, PASSWORD, `203.0.113.${index}, 10.5.0.1`);
      statuses.push(answer.statusCode);
    }
    assert.deepEqual(statuses, [...Array(LIMIT).fill(401), ...Array(40 - LIMIT).fill(429)]);
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

describe('registrations', () => {
  const register = (email: string, address: string) =>
    platform.server.inject({
      method: 'POST',
      url: '/api/v1/users',
      headers: { 'x-forwarded-for': address },
      payload: { email, password: PASSWORD },
    });

  test('from one address are bounded, and of IPv6 one customer has one address', async () => {
    for (const [index, address] of ['2001:db8::1', '2001:db8::2', '2001:db8:0:0:ffff::3'].entries()) {
      assert.equal((await register(`new-${index}@example.com`, address)).statusCode, 201);
    }
    assertLimited(await register('new-3@example.com', '2001:db8::4'));
    assert.equal((await register('new-3@example.com', '2001:db8:0:1::4')).statusCode, 201);
  });

  test('of one account are bounded, from however many addresses, and however it is spelled', async () => {
    const spellings = ['again@example.com', 'AGAIN@example.com', ' again@example.com'];
    const statuses = [];
    for (const [index, email] of spellings.entries())
      statuses.push((await register(email, `10.2.0.${index}`)).statusCode);
    assert.deepEqual(statuses, [201, 409, 409]);
    assertLimited(await register('Again@Example.com', '10.2.0.200'));
  });

  test('show the lower rest of address and account in headers', async () => {
    const left = async (email: string, address: string) => {
      const { headers } = await register(email, address);
      return [headers['x-ratelimit-limit'], headers['x-ratelimit-remaining']];
    };
    assert.deepEqual(await left('left-1@example.com', '10.3.0.1'), ['3', '2']);
    assert.deepEqual(await left('left-2@example.com', '10.3.0.1'), ['3', '1']);
    assert.deepEqual(await left('left-1@example.com', '10.3.0.2'), ['3', '1']);
    const { headers } = await register('left-1@example.com', '10.3.0.2');
    const reset = Number(headers['x-ratelimit-reset']);
    assert.ok(reset >= 1 && reset <= 60, String(reset));
  });

  test('that are malformed do not count', async () => {
    for (let count = 0; count < 5; count += 1)
      assert.equal((await register('no address', '10.4.0.1')).statusCode, 422);
    assert.equal((await register('first@example.com', '10.4.0.1')).statusCode, 201);
  });
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
