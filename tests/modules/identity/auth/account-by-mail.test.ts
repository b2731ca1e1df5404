import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runSql } from '../../../support/database.ts';
import { mailsTo, tokenIn } from '../../../support/outbox.ts';
import { openPayoutDesk } from '../../../support/payouts.ts';
import { assertRefused, PASSWORD, type Person, startTestPlatform } from '../../../support/platform.ts';
import { enrol } from '../../../support/second-factor.ts';

const NEW_PASSWORD = 'An0ther!Pass';
const platform = await startTestPlatform();
// Both before the first test: a file that awaits between tests is closed when the earlier ones are done.
const strict = await startTestPlatform({
  environment: { LOGIN_FAILURES: '3', PAYOUT_EMAIL_PROOF: 'required' },
});
const { api, database, registerUser } = platform;
const sql = (statement: string) => runSql(database.url, statement);

const register = (email: string, extra = {}) =>
  api('POST', '/users', { body: { email, password: PASSWORD, ...extra } });
const login = (email: string, password = PASSWORD, headers = {}) =>
  api('POST', '/auth/login', { body: { email, password }, headers });
const me = async ({ token }: Pick<Person, 'token'>) => (await api('GET', '/users/me', { token })).body;
const sessionsOf = async ({ token }: Pick<Person, 'token'>) =>
  (await api('GET', '/users/me/sessions', { token })).body.data;
const prove = (token: string) => api('POST', '/auth/email-verification', { body: { token } });

async function newestMail(email: string, template: string) {
  const mail = (await mailsTo(platform, email)).findLast((one) => one.template === template);
  assert.ok(mail, `no mail ${template} to ${email}`);
  return mail;
}

async function templatesTo(email: string): Promise<string[]> {
  return (await mailsTo(platform, email)).map(({ template }) => template);
}

/** A user who has proved the address. */
async function registerProven(email: string): Promise<Person> {
  const user = await registerUser(email);
  assert.equal((await prove(tokenIn(await newestMail(email, 'verify-email')))).status, 200);
  return user;
}

describe('a request for a password reset', () => {
  const request = (email: string) => api('POST', '/auth/password-reset-requests', { body: { email } });
  const reset = (token: string) =>
    api('POST', '/auth/password-reset', { body: { token, new_password: NEW_PASSWORD } });

  test('mails a link, by which its owner sets a password and proves the address', async () => {
    const user = await registerUser('forgetful@example.com');
    assert.equal((await request(' Forgetful@Example.com')).status, 202);
    await platform.runLoop('mail-password-resets');

    const answer = await reset(tokenIn(await newestMail(user.email, 'reset-password')));

    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal((await me({ token: answer.body.access_token })).email_verified, true);
    assertRefused(await api('GET', '/users/me', { token: user.token }), 401, 'TOKEN_REVOKED');
    assert.deepEqual(await templatesTo(user.email), ['verify-email', 'reset-password', 'password-changed']);
    // It has the new session now, so a later login from there is no news.
    await login(user.email, NEW_PASSWORD);
    assert.ok(!(await templatesTo(user.email)).includes('new-device-login'));
  });

  test('answers alike and mails nothing where there is no account, for staff, and for an inactive account', async () => {
    const inactive = await registerUser('resting@example.com');
    await api('PATCH', `/users/${inactive.id}/status`, {
      token: platform.admin.token,
      body: { status: 'inactive' },
    });
    for (const email of ['nobody@example.com', platform.admin.email, inactive.email]) {
      const answer = await request(email);
      assert.deepEqual([answer.status, answer.body], [202, { status: 'accepted' }]);
    }
    await platform.runLoop('mail-password-resets');
    const mailed = await sql("select user_id from mails where template = 'reset-password'");
    assert.ok(!mailed.some(({ user_id }) => user_id === inactive.id || user_id === platform.admin.id));
    assert.deepEqual(await sql('select id from password_reset_requests'), []);
  });

  test('works once, the newest alone', async () => {
    const user = await registerUser('twice@example.com');
    const tokens = [];
    for (let count = 0; count < 2; count += 1) {
      await request(user.email);
      await platform.runLoop('mail-password-resets');
      tokens.push(tokenIn(await newestMail(user.email, 'reset-password')));
    }
    const [first = '', second = ''] = tokens;
    assertRefused(await reset(first), 401, 'INVALID_RESET_TOKEN');
    assert.equal((await reset(second)).status, 200);
    assertRefused(await reset(second), 401, 'INVALID_RESET_TOKEN');
  });
});

test('payouts wait for the proof of the address, where it is required', async () => {
  const { user, request } = await openPayoutDesk(strict);
  assertRefused(await request(), 409, 'EMAIL_VERIFICATION_REQUIRED');
  const [mail] = await mailsTo(strict, user.email);
  assert.ok(mail);
  await strict.api('POST', '/auth/email-verification', { body: { token: tokenIn(mail) } });
  assert.equal((await request()).status, 201);
});

test('too many requests for mails are refused, for accounts that do not exist as well', async () => {
  const ask = (email: string) => strict.api('POST', '/auth/password-reset-requests', { body: { email } });
  const user = await strict.registerUser('popular@example.com');
  for (const email of [user.email, 'unknown@example.com']) {
    const answers = [];
    for (let count = 0; count < 4; count += 1) {
      answers.push((await ask(email)).status);
      // The limit of the network address starts again each minute.
      strict.clock.advance({ seconds: 59 });
    }
    assert.deepEqual(answers, [202, 202, 202, 429], email);
  }
});

describe('the address of a new account', () => {
  test('is proven by a link in the language of the account', async () => {
    const answer = await register('neu@example.com', { locale: 'de' });
    assert.equal(answer.body.email_verified, false);
    const mail = await newestMail('neu@example.com', 'verify-email');
    assert.match(mail.subject, /Bestätige|Adresse/);

    assert.deepEqual((await prove(tokenIn(mail))).body, { email: 'neu@example.com' });

    const token = (await login('neu@example.com')).body.access_token;
    assert.equal((await me({ token })).email_verified, true);
    assertRefused(await prove(tokenIn(mail)), 401, 'INVALID_VERIFICATION_TOKEN');
    // Registered and logged in from the same network address.
    assert.deepEqual(await templatesTo('neu@example.com'), ['verify-email']);
  });

  test('gets another link on request, which replaces the first', async () => {
    const user = await registerUser('again@example.com');
    const first = await newestMail(user.email, 'verify-email');
    assert.equal((await api('POST', '/users/me/email-verification', { token: user.token })).status, 202);
    const second = await newestMail(user.email, 'verify-email');
    assertRefused(await prove(tokenIn(first)), 401, 'INVALID_VERIFICATION_TOKEN');
    assert.equal((await prove(tokenIn(second))).status, 200);
  });

  test('cannot be proven after a day, and the token is removed', async () => {
    const user = await registerUser('late@example.com');
    const mail = await newestMail(user.email, 'verify-email');
    await platform.passTime({ hours: 25 });
    assertRefused(await prove(tokenIn(mail)), 401, 'INVALID_VERIFICATION_TOKEN');
    await platform.runJob('purge-email-proofs');
    assert.deepEqual(await sql(`select email from email_proofs where user_id = '${user.id}'`), []);
  });
});

describe('a change of the address', () => {
  const change = ({ token }: Pick<Person, 'token'>, new_email: string, password = PASSWORD) =>
    api('POST', '/users/me/email', { token, body: { new_email, password } });

  test('counts once the link was opened: other sessions end, and the previous address hears of it', async () => {
    const user = await registerProven('before@example.com');
    const elsewhere = (await login(user.email)).body.access_token;
    assert.equal((await change(user, 'After@example.com')).status, 202);
    assert.equal((await me(user)).email, 'before@example.com');

    await prove(tokenIn(await newestMail('after@example.com', 'verify-email')));

    assert.equal((await me(user)).email, 'after@example.com');
    assertRefused(await api('GET', '/users/me', { token: elsewhere }), 401, 'TOKEN_REVOKED');
    assertRefused(await login('before@example.com'), 401, 'INVALID_CREDENTIALS');
    const notice = await newestMail('before@example.com', 'email-changed');
    assert.match(notice.text, /a…@example.com/);
  });

  test('needs the right password', async () => {
    const user = await registerUser();
    assertRefused(await change(user, 'stolen@example.com', 'Wr0ng!Pass'), 401, 'INVALID_CREDENTIALS');
    assert.deepEqual(await mailsTo(platform, 'stolen@example.com'), []);
    const [refused] = await sql(`select outcome from audit_logs where action = 'user.password_refused'`);
    assert.equal(refused?.outcome, 'failure');
  });

  test('needs a fresh code of a second factor', async () => {
    const user = await enrol(platform, await registerUser(), 0);
    await sql(
      `update sessions set factor_proven_at = factor_proven_at - interval '301 seconds' where user_id = '${user.id}'`,
    );
    assertRefused(await change(user, 'factor@example.com'), 403, 'MFA_STEP_UP_REQUIRED');
  });

  test('of two accounts to one address, the first proof has it', async () => {
    const [first, second] = [
      await registerProven('one@example.com'),
      await registerProven('two@example.com'),
    ];
    await change(first, 'wanted@example.com');
    const token = tokenIn(await newestMail('wanted@example.com', 'verify-email'));
    await change(second, 'wanted@example.com');
    const other = tokenIn(await newestMail('wanted@example.com', 'verify-email'));

    const answers = await Promise.all([prove(token), prove(other)]);

    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
    const refused = answers.find(({ status }) => status === 409);
    assert.equal(refused?.body.error.code, 'EMAIL_ALREADY_REGISTERED');
  });

  for (const [title, act] of [
    [
      'a change of the password',
      ({ token }: Person) => {
        const body = { current_password: PASSWORD, new_password: NEW_PASSWORD };
        return api('PATCH', '/users/me/password', { token, body });
      },
    ],
    [
      'a deactivation',
      ({ id }: Person) =>
        api('PATCH', `/users/${id}/status`, { token: platform.admin.token, body: { status: 'inactive' } }),
    ],
  ] as const) {
    test(`ends with ${title}`, async () => {
      const user = await registerUser();
      const wanted = `ended-${user.id}@example.com`;
      await change(user, wanted);
      await act(user);
      const token = tokenIn(await newestMail(wanted, 'verify-email'));
      assertRefused(await prove(token), 401, 'INVALID_VERIFICATION_TOKEN');
    });
  }
});

describe('sessions', () => {
  test('are listed with their device, those used last first, without a write for each request', async () => {
    const user = await registerUser();
    platform.clock.advance({ minutes: 1 });
    const headers = {
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
    };
    const { access_token: token, refresh_token } = (await login(user.email, PASSWORD, headers)).body;
    const [newest, oldest] = await sessionsOf({ token });
    assert.deepEqual(
      [newest.device, newest.address, newest.current, oldest.current],
      ['Firefox on Linux', '127.0.0.0', true, false],
    );

    platform.clock.advance({ minutes: 1 });
    await api('POST', '/auth/refresh', { body: { refresh_token: user.refreshToken } });
    const [refreshed] = await sessionsOf({ token });
    assert.equal(refreshed.id, oldest.id);
    assert.ok(refreshed.last_used_at > oldest.last_used_at);
    assert.ok(refresh_token);
  });

  test('end one by one, and not those of others', async () => {
    const [user, stranger] = [await registerUser(), await registerUser()];
    const [session] = await sessionsOf(user);
    const end = ({ token }: Person) => api('DELETE', `/users/me/sessions/${session.id}`, { token });
    assertRefused(await end(stranger), 404, 'NOT_FOUND');
    assert.equal((await end(user)).status, 204);
    assertRefused(await api('GET', '/users/me', { token: user.token }), 401, 'TOKEN_REVOKED');
  });

  test('end all at once, or all but the present one', async () => {
    const user = await registerUser();
    await login(user.email);
    const end = (query: string) => api('DELETE', `/users/me/sessions${query}`, { token: user.token });
    assert.equal((await end('?others=true')).status, 204);
    assert.deepEqual(
      (await sessionsOf(user)).map(({ current }: { current: boolean }) => current),
      [true],
    );
    await end('');
    assertRefused(await api('GET', '/users/me', { token: user.token }), 401, 'TOKEN_REVOKED');
    const { data } = (await api('GET', `/users/${user.id}/sessions`, { token: platform.admin.token })).body;
    assert.deepEqual(data, []);
  });
});

test('a login from an unknown device is mailed to a proven address, and a known one is not', async () => {
  const user = await registerProven('watchful@example.com');
  await sql('delete from login_budgets');
  const headers = { 'user-agent': 'curl/8.5.0' };
  await login(user.email, PASSWORD, headers);
  await login(user.email, PASSWORD, headers);
  const mails = (await mailsTo(platform, user.email)).filter(
    ({ template }) => template === 'new-device-login',
  );
  assert.equal(mails.length, 1);
  assert.match(mails[0]?.text ?? '', /curl/);
});

test('changes of a second factor are mailed', async () => {
  const user = await registerProven('careful@example.com');
  await enrol(platform, user, 0);
  assert.ok((await templatesTo(user.email)).includes('second-factor-changed'));
});
