import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runSql } from '../../../support/database.ts';
import { PASSWORD, startTestPlatform } from '../../../support/platform.ts';

type Answer = Awaited<ReturnType<typeof platform.server.inject>>;

const LIMIT = 4;
const ACCOUNTS = [
  'changer',
  'careful',
  'stepper',
  'victim-0',
  'victim-1',
  'victim-2',
  'victim-3',
  'victim-last',
];

const { platform, database, clock, runJob } = await startTestPlatform({
  environment: { LOGIN_FAILURES: String(LIMIT), REGISTRATIONS_PER_MINUTE: '3', TRUST_PROXY: '1' },
});

for (const name of ACCOUNTS) {
  await platform.modules.users.service.register({ email: `${name}@example.com`, password: PASSWORD }, null);
}

describe('logins', () => {
  const statuses = async (answers: readonly Promise<Answer>[]) =>
    (await Promise.all(answers)).map(({ statusCode }) => statusCode);
  const fail = async (email: string, count: number, address: (index: number) => string) => {
    for (let index = 0; index < count; index += 1)
      assert.equal((await login(email, 'Wr0ng!Pass', address(index))).statusCode, 401);
  };
  const register = async (name: string) => {
    const email = `${name}@example.com`;
    await platform.modules.users.service.register({ email, password: PASSWORD }, null);
    return email;
  };

  test('that fail are bounded for one account, from however many addresses, and however it is spelled', async () => {
    await register('spelled');
    for (const email of [
      'SPELLED@example.com',
      ' spelled@example.com',
      'Spelled@Example.com',
      'spelled@example.com',
    ])
      await fail(email, 1, () => `10.0.0.${email.length}`);

    // Even the right password has to wait, from where the account was never used.
    assertLimited(await login('spelled@example.com', PASSWORD, '10.0.0.200'));
    assert.equal((await login('somebody@example.com', PASSWORD, '10.0.0.200')).statusCode, 401);
  });

  test('that fail make strangers wait twice as long each time, up to an hour', async () => {
    const email = await register('doubled');
    await fail(email, LIMIT, (index) => `10.0.1.${index}`);
    const waits = [];
    for (let index = 0; index < 9; index += 1) {
      const refused = await login(email, 'Wr0ng!Pass', `10.0.2.${index}`);
      assert.equal(refused.statusCode, 429);
      const wait_s = Number(refused.headers['retry-after']);
      waits.push(wait_s);
      clock.advance({ seconds: wait_s - 1 });
      assert.equal((await login(email, PASSWORD, '10.0.2.100')).statusCode, 429);
      clock.advance({ seconds: 1 });
      await fail(email, 1, () => `10.0.2.${index}`);
    }
    assert.deepEqual(waits, [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
  });

  test('of a stranger who fails never lock out an address that has logged in before', async () => {
    const email = await register('owned');
    assert.equal((await login(email, PASSWORD, '10.0.3.1')).statusCode, 200);
    await fail(email, LIMIT, (index) => `10.0.4.${index}`);
    assertLimited(await login(email, PASSWORD, '10.0.4.100'));

    for (let count = 0; count < 3 * LIMIT; count += 1)
      assert.equal((await login(email, PASSWORD, '10.0.3.1')).statusCode, 200);
    assertLimited(await login(email, PASSWORD, '10.0.4.100'));
  });

  test('of a stranger who fails never lock out a browser that has logged in before, wherever it is', async () => {
    const email = await register('browsing');
    const first = await login(email, PASSWORD, '10.0.5.1');
    const cookie = String(first.headers['set-cookie']).split(';')[0] ?? '';
    await fail(email, LIMIT, (index) => `10.0.6.${index}`);
    assertLimited(await login(email, PASSWORD, '10.0.5.2'));

    assert.equal((await login(email, PASSWORD, '10.0.5.2', cookie)).statusCode, 200);
    // The cookie of another account is no help.
    const other = await login(await register('other'), PASSWORD, '10.0.5.3');
    const otherCookie = String(other.headers['set-cookie']).split(';')[0] ?? '';
    assertLimited(await login(email, PASSWORD, '10.0.5.4', otherCookie));
  });

  test('that fail from an address that has logged in before are bounded too, and leave others alone', async () => {
    const email = await register('shared');
    await login(email, PASSWORD, '10.0.7.1');
    await fail(email, LIMIT, () => '10.0.7.1');
    assertLimited(await login(email, PASSWORD, '10.0.7.1'));
    assert.equal((await login(email, PASSWORD, '10.0.7.2')).statusCode, 200);
    clock.advance({ seconds: 60 });
    assert.equal((await login(email, PASSWORD, '10.0.7.1')).statusCode, 200);
    await fail(email, LIMIT, () => '10.0.7.1');
  });

  test('that succeed do not count', async () => {
    const email = await register('welcome');
    await fail(email, LIMIT - 1, (index) => `10.0.8.${index}`);
    for (let index = 0; index < 2 * LIMIT; index += 1)
      assert.equal((await login(email, PASSWORD, `10.0.9.${index}`)).statusCode, 200);
    await fail(email, 1, () => '10.0.8.100');
    assertLimited(await login(email, PASSWORD, '10.0.8.101'));
  });

  test('of many at once are within the budget: none passes before the others are counted', async () => {
    const email = await register('rushed');
    const guesses = Array.from({ length: 20 }, (_, index) => login(email, 'Wr0ng!Pass', `10.0.10.${index}`));
    const counts = Map.groupBy(await statuses(guesses), (status) => status);
    assert.equal(counts.get(401)?.length, LIMIT);
    assert.equal(counts.get(429)?.length, 20 - LIMIT);
  });

  test('that fail from one address are bounded by the minute, for however many accounts', async () => {
    for (let index = 0; index < LIMIT; index += 1)
      await fail(`guess-${index}@example.com`, 1, () => '10.1.0.1');
    assertLimited(await login('guess-last@example.com', PASSWORD, '10.1.0.1'));
    assert.equal((await login('guess-last@example.com', PASSWORD, '10.1.0.2')).statusCode, 401);
    clock.advance({ seconds: 60 });
    await fail('guess-last@example.com', 1, () => '10.1.0.1');
  });

  test('of an unknown account are refused like those of a known one', async () => {
    const email = await register('known');
    const refusals = [];
    for (const name of [email, 'unknown@example.com']) {
      const answers = [];
      for (let index = 0; index < LIMIT + 1; index += 1) {
        const { statusCode, headers, body } = await login(name, 'Wr0ng!Pass', `10.1.1.${index}`);
        answers.push([statusCode, headers['retry-after'], headers['set-cookie'], body]);
      }
      refusals.push(answers);
      clock.advance({ seconds: 60 });
    }
    assert.deepEqual(refusals[0], refusals[1]);
  });

  test('leave neither an email nor an address in the table of their budgets', async () => {
    await login('private@example.com', 'Wr0ng!Pass', '10.1.2.3');
    const rows = await runSql(database.url, 'select * from login_budgets');
    assert.ok(rows.length > 0);
    assert.doesNotMatch(JSON.stringify(rows), /private|10\.1\.2/);
  });

  test('are forgotten when their time is over', async () => {
    clock.advance({ hours: 25 });
    await runJob('purge-login-budgets');
    const [left] = await runSql(
      database.url,
      `select count(*)::int as count, min(expires_at) > '${clock()}' as valid from login_budgets`,
    );
    assert.equal(left?.valid, true);
    clock.advance({ hours: 180 * 24 });
    await runJob('purge-login-budgets');
    assert.deepEqual(await runSql(database.url, 'select subject from login_budgets'), []);
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

  test('that succeed do not count', async () => {
    const { access_token } = (await login('careful@example.com', PASSWORD, '10.3.1.1')).json();
    for (let index = 0; index < 2 * LIMIT; index += 1) {
      const answer = await changePassword(access_token, PASSWORD, '10.3.1.1', PASSWORD);
      // The right password, and a new one that is refused.
      assert.equal(answer.statusCode, 400);
    }
    assert.equal((await changePassword(access_token, PASSWORD, '10.3.1.1')).statusCode, 204);
  });

  test('share their bound with step-ups', async () => {
    const { access_token } = (await login('stepper@example.com', PASSWORD, '10.3.2.1')).json();
    const stepUp = (password: string, address: string) =>
      platform.server.inject({
        method: 'POST',
        url: '/api/v1/auth/step-up',
        headers: { authorization: `Bearer ${access_token}`, 'x-forwarded-for': address },
        payload: { password },
      });
    for (let index = 0; index < LIMIT; index += 1) {
      assert.equal((await stepUp('Wr0ng!Pass', `10.3.2.${index}`)).statusCode, 401);
    }
    assertLimited(await stepUp(PASSWORD, '10.3.2.200'));
    assertLimited(await changePassword(access_token, PASSWORD, '10.3.2.201'));
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

function login(email: string, password: string, address: string, cookie = ''): Promise<Answer> {
  return platform.server.inject({
    method: 'POST',
    url: '/api/v1/auth/login',
    headers: { 'x-forwarded-for': address, cookie },
    payload: { email, password },
  });
}

function changePassword(
  token: string,
  current_password: string,
  address: string,
  new_password = 'An0ther!Pass',
): Promise<Answer> {
  return platform.server.inject({
    method: 'PATCH',
    url: '/api/v1/users/me/password',
    headers: { 'x-forwarded-for': address, authorization: `Bearer ${token}` },
    payload: { current_password, new_password },
  });
}

function assertLimited(answer: Answer): void {
  assert.equal(answer.statusCode, 429, answer.body);
  const { error } = answer.json();
  assert.equal(error.code, 'RATE_LIMITED');
  const retryAfter = Number(answer.headers['retry-after']);
  assert.ok(retryAfter >= 1 && retryAfter <= 60, String(answer.headers['retry-after']));
  assert.equal(error.details.retry_after_seconds, retryAfter);
}
