import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { pino } from 'pino';
import { createPlatform } from '../../../../src/app.ts';
import { readConfig } from '../../../../src/config.ts';
import { runSql } from '../../../support/database.ts';
import { inject } from '../../../support/inject.ts';
import { type Answer, PASSWORD, startTestPlatform } from '../../../support/platform.ts';

const platform = await startTestPlatform({ environment: { TRUST_PROXY: '1' } });
const { api, clock, database } = platform;
const sql = (statement: string) => runSql(database.url, statement);
const login = (email: string, password = PASSWORD) =>
  api('POST', '/auth/login', { body: { email, password } });
const refresh = (token: string) => api('POST', '/auth/refresh', { body: { refresh_token: token } });
const me = (token: string) => api('GET', '/users/me', { token });

describe('a login', () => {
  test('gives a bearer token that works, and a refresh token, of a session in the database', async () => {
    const { email, id } = await platform.registerUser();

    const answer = await login(email);

    assert.equal(answer.status, 200);
    assert.deepEqual(Object.keys(answer.body).sort(), ['access_token', 'refresh_token', 'token_type']);
    assert.equal(answer.body.token_type, 'bearer');
    assert.equal((await me(answer.body.access_token)).body.id, id);
    const sessions = await sql(`select revoked_at from sessions where user_id = '${id}'`);
    assert.deepEqual(
      sessions,
      [{ revoked_at: null }, { revoked_at: null }],
      'the one of registerUser, and this one',
    );
  });

  test('is recorded in the audit log with its session and request, also if it fails', async () => {
    const { id, email } = await platform.registerUser();
    const attempt = async (to: string, password: string) => {
      const answer = await api('POST', '/auth/login', { body: { email: to, password } });
      return String(answer.headers['x-request-id']);
    };
    const right = await attempt(email, PASSWORD);
    const wrong = await attempt(email, 'Wr0ng!Pass');
    const nobody = await attempt('nobody@example.com', PASSWORD);
    await sql(`update users set active = false where id = '${id}'`);
    const inactive = await attempt(email, PASSWORD);

    const logs = await sql(
      `select request_id, actor_type::text, actor_id, action, resource_type, resource_id, outcome::text, details
       from audit_logs where request_id in ('${[right, wrong, nobody, inactive].join("', '")}') order by occurred_at, id`,
    );
    const byRequest = new Map(logs.map(({ request_id, ...log }) => [request_id, log]));
    const [session] = await sql(`select id from sessions where user_id = '${id}' order by id desc limit 1`);
    assert.deepEqual(byRequest.get(right), {
      actor_type: 'user',
      actor_id: id,
      action: 'session.opened',
      resource_type: 'session',
      resource_id: session?.id,
      outcome: 'success',
      details: {},
    });
    const refused = { actor_type: 'user', actor_id: null, action: 'login.refused', outcome: 'failure' };
    const ofAccount = { ...refused, resource_type: 'user', resource_id: id };
    assert.deepEqual(byRequest.get(wrong), {
      ...ofAccount,
      details: { code: 'INVALID_CREDENTIALS' },
    });
    assert.deepEqual(byRequest.get(inactive), { ...ofAccount, details: { code: 'USER_INACTIVE' } });
    const unknown = byRequest.get(nobody);
    assert.deepEqual(unknown, {
      ...refused,
      resource_type: 'login',
      resource_id: unknown?.resource_id,
      details: { code: 'INVALID_CREDENTIALS' },
    });
    assert.equal(logs.length, 4);
  });

  test('takes the email in any case and with space around it', async () => {
    const { email } = await platform.registerUser('mixed@example.com');
    assert.equal((await login(` ${email.toUpperCase()} `)).status, 200);
  });

  test('with a wrong password and with an unknown email are refused alike: INVALID_CREDENTIALS', async () => {
    const { email, id } = await platform.registerUser();
    const before = await sql(`select count(*) from sessions where user_id = '${id}'`);

    const wrong = await login(email, 'Wr0ng!Pass');
    const unknown = await login('nobody@example.com');

    for (const answer of [wrong, unknown]) assertRefused(answer, 'INVALID_CREDENTIALS');
    assert.deepEqual(wrong.body, unknown.body);
    assert.deepEqual(await sql(`select count(*) from sessions where user_id = '${id}'`), before);
  });

  test('of an inactive user is USER_INACTIVE only with the right password', async () => {
    const { email, id } = await platform.registerUser();
    await sql(`update users set active = false where id = '${id}'`);
    assertRefused(await login(email), 'USER_INACTIVE');
    assertRefused(await login(email, 'Wr0ng!Pass'), 'INVALID_CREDENTIALS');
  });
});

describe('an access token', () => {
  test('stops working on the next request once its user is inactive: USER_INACTIVE', async () => {
    const { id, token, refreshToken } = await platform.registerUser();
    await sql(`update users set active = false where id = '${id}'`);
    assertRefused(await me(token), 'USER_INACTIVE');
    assertRefused(await refresh(refreshToken), 'USER_INACTIVE');
  });

  test('has the role that its user has now, in both directions', async () => {
    const { id, token } = await platform.registerUser();
    assert.equal((await api('GET', '/merchants', { token })).status, 403);

    await sql(`update users set role = 'admin', staff_roles = '{administrator}' where id = '${id}'`);
    assert.equal((await api('GET', '/merchants', { token })).status, 200);
    await sql(`update users set role = 'user', staff_roles = '{}' where id = '${id}'`);

    const answer = await api('GET', '/merchants', { token });
    assert.equal(answer.status, 403);
    assert.equal(answer.body.error.code, 'FORBIDDEN');
  });

  test('expires after its fifteen minutes, to the second: EXPIRED_TOKEN', async () => {
    const { token } = await platform.registerUser();
    clock.advance({ seconds: 15 * 60 - 1 });
    assert.equal((await me(token)).status, 200);
    clock.advance({ seconds: 1 });
    assertRefused(await me(token), 'EXPIRED_TOKEN');
  });
});

describe('a session of an app', () => {
  type AppRequest = { readonly client: string; readonly cookie?: string | undefined; readonly body?: object };
  const send = (path: string, { client, cookie = '', body = {} }: AppRequest) =>
    api('POST', path, {
      body: { ...body, client },
      headers: { 'sec-fetch-site': 'same-origin', cookie },
    });
  const loginTo = (client: string, { email }: { email: string }) =>
    send('/auth/login', { client, body: { email, password: PASSWORD } });
  const cookieOf = ({ headers }: Answer) =>
    [headers['set-cookie']]
      .flat()
      .map((cookie) => String(cookie).split(';')[0])
      .find((cookie) => cookie?.startsWith('cnb_'));

  test('keeps its refresh token in a cookie, which refreshes it and opens nothing else', async () => {
    const person = await platform.registerUser();
    const opened = await loginTo('wallet', person);
    assert.deepEqual(Object.keys(opened.body), ['access_token', 'token_type', 'expires_in']);
    assert.equal(opened.body.expires_in, 15 * 60);
    const cookie = cookieOf(opened);

    const refreshed = await send('/auth/refresh', { client: 'wallet', cookie });

    assert.deepEqual(Object.keys(refreshed.body), ['access_token', 'token_type', 'expires_in']);
    assert.equal((await me(refreshed.body.access_token)).body.id, person.id);
    assert.notEqual(cookieOf(refreshed), cookie);
    const headers = { cookie: String(cookieOf(refreshed)), 'sec-fetch-site': 'same-origin' };
    assertRefused(await api('GET', '/users/me', { headers }), 'INVALID_TOKEN');
    assertRefused(await refresh(String(cookieOf(refreshed)).split('=')[1] ?? ''), 'INVALID_REFRESH_TOKEN');
  });

  test('stays one session if two tabs refresh it at once', async () => {
    const person = await platform.registerUser();
    const cookie = cookieOf(await loginTo('wallet', person));

    const tabs = await Promise.all([1, 2].map(() => send('/auth/refresh', { client: 'wallet', cookie })));

    assert.deepEqual(
      tabs.map(({ status }) => status),
      [200, 200],
    );
    assert.equal(cookieOf(tabs[0] as Answer), cookieOf(tabs[1] as Answer));
    const next = await send('/auth/refresh', { client: 'wallet', cookie: cookieOf(tabs[0] as Answer) });
    assert.equal(next.status, 200);
  });

  test('ends if its cookie is used again later, for the thief and the owner', async () => {
    const cookie = cookieOf(await loginTo('wallet', await platform.registerUser()));
    const stolen = await send('/auth/refresh', { client: 'wallet', cookie });
    clock.advance({ seconds: 11 });
    assertRefused(await send('/auth/refresh', { client: 'wallet', cookie }), 'TOKEN_REVOKED');
    assertRefused(await me(stolen.body.access_token), 'TOKEN_REVOKED');
  });

  test('ends by a logout, for all its tabs', async () => {
    const opened = await loginTo('wallet', await platform.registerUser());
    const cookie = cookieOf(opened);
    const answer = await send('/auth/logout', { client: 'wallet', cookie });
    assert.equal(answer.status, 204);
    assert.equal(cookieOf(answer), 'cnb_wallet=');
    assertRefused(await me(opened.body.access_token), 'TOKEN_REVOKED');
    assertRefused(await send('/auth/refresh', { client: 'wallet', cookie }), 'TOKEN_REVOKED');
  });

  test('of the console is for staff, and ends twelve hours after its login', async () => {
    const shopper = await loginTo('console', await platform.registerUser());
    assert.deepEqual([shopper.status, shopper.body.error.code], [403, 'STAFF_ONLY']);
    assert.equal(cookieOf(shopper), undefined);

    await platform.passTime({ seconds: 1 });
    let answer = await loginTo('console', await platform.registerStaff('support'));
    for (const _hour of Array(11).keys()) {
      clock.advance({ hours: 1 });
      answer = await send('/auth/refresh', { client: 'console', cookie: cookieOf(answer) });
      assert.equal(answer.status, 200);
    }
    clock.advance({ hours: 1 });
    const late = await send('/auth/refresh', { client: 'console', cookie: cookieOf(answer) });
    assertRefused(late, 'EXPIRED_REFRESH_TOKEN');
  });
});

describe('a refresh token', () => {
  test('is exchanged for another pair that works, and stays in its session', async () => {
    const { id, refreshToken } = await platform.registerUser();

    const answer = await refresh(refreshToken);

    assert.equal(answer.status, 200);
    assert.notEqual(answer.body.refresh_token, refreshToken);
    assert.equal((await me(answer.body.access_token)).body.id, id);
    assert.equal((await refresh(answer.body.refresh_token)).status, 200);
    const [counts] = await sql(
      `select count(distinct session_id)::int as sessions, count(*)::int as tokens, count(rotated_at)::int as rotated
       from refresh_tokens join sessions on sessions.id = session_id where user_id = '${id}'`,
    );
    assert.deepEqual(counts, { sessions: 1, tokens: 3, rotated: 2 });
  });

  test('tried again within ten seconds after a lost answer gives the same successor', async () => {
    const { id, refreshToken } = await platform.registerUser();
    const first = await refresh(refreshToken);
    clock.advance({ seconds: 10 });

    const retry = await refresh(refreshToken);

    assert.equal(retry.status, 200);
    assert.equal(retry.body.refresh_token, first.body.refresh_token);
    assert.equal((await me(retry.body.access_token)).status, 200);
    assert.equal((await tokensOf(id)).length, 2);
  });

  test('used again after that is in two hands: TOKEN_REVOKED for the whole session, at once', async () => {
    const { id, token, refreshToken } = await platform.registerUser();
    const successor = await refresh(refreshToken);
    clock.advance({ seconds: 11 });

    assertRefused(await refresh(refreshToken), 'TOKEN_REVOKED');

    assertRefused(await me(token), 'TOKEN_REVOKED');
    assertRefused(await me(successor.body.access_token), 'TOKEN_REVOKED');
    assertRefused(await refresh(successor.body.refresh_token), 'TOKEN_REVOKED');
    const [session] = await sql(
      `select revoked_at is not null as revoked from sessions where user_id = '${id}'`,
    );
    assert.deepEqual(session, { revoked: true });
    const audit = await sql(
      `select outcome from audit_logs where action = 'session.reused' and actor_id = '${id}'`,
    );
    assert.deepEqual(audit, [{ outcome: 'failure' }]);
  });

  test('used again once its successor was used is in two hands even within ten seconds', async () => {
    const { refreshToken } = await platform.registerUser();
    const successor = await refresh(refreshToken);
    const third = await refresh(successor.body.refresh_token);

    assertRefused(await refresh(refreshToken), 'TOKEN_REVOKED');
    assertRefused(await refresh(third.body.refresh_token), 'TOKEN_REVOKED');
  });

  test('of another session still works when one is ended', async () => {
    const { email, refreshToken } = await platform.registerUser();
    const other = await login(email);
    await refresh(refreshToken);
    clock.advance({ seconds: 11 });
    assertRefused(await refresh(refreshToken), 'TOKEN_REVOKED');

    assert.equal((await refresh(other.body.refresh_token)).status, 200);
  });

  test('exchanged many times at once has one successor, which every request gets', async () => {
    const { id, refreshToken } = await platform.registerUser();

    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(refreshToken)));

    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.equal(new Set(answers.map(({ body }) => body.refresh_token)).size, 1);
    assert.equal((await tokensOf(id)).length, 2);
  });

  test('used by a thief and its owner: the session ends, in either order', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { id, token, refreshToken } = await platform.registerUser();
      const successor = (await refresh(refreshToken)).body;
      clock.advance({ seconds: 11 });

      const answers = await Promise.all(
        [refreshToken, successor.refresh_token, refreshToken, successor.refresh_token].map(refresh),
      );

      assertRefused(answers[0] as Answer, 'TOKEN_REVOKED');
      assertRefused(answers[2] as Answer, 'TOKEN_REVOKED');
      const handedOut = answers.filter(({ status }) => status === 200).map(({ body }) => body);
      for (const pair of [successor, ...handedOut]) {
        assertRefused(await me(pair.access_token), 'TOKEN_REVOKED');
        assertRefused(await refresh(pair.refresh_token), 'TOKEN_REVOKED');
      }
      assertRefused(await me(token), 'TOKEN_REVOKED');
      const reuses = await sql(
        `select id from audit_logs where action = 'session.reused' and actor_id = '${id}'`,
      );
      assert.ok(reuses.length >= 1);
    }
  });

  test('expires after thirty days: EXPIRED_REFRESH_TOKEN', async () => {
    const { refreshToken } = await platform.registerUser();
    clock.advance({ hours: 30 * 24 });
    assertRefused(await refresh(refreshToken), 'EXPIRED_REFRESH_TOKEN');
  });

  test('that is not one of ours is INVALID_REFRESH_TOKEN', async () => {
    const { token } = await platform.registerUser();
    for (const forged of ['x', 'a'.repeat(43), token.slice(0, 512), '\u{1f600}']) {
      assertRefused(await refresh(forged), 'INVALID_REFRESH_TOKEN');
    }
  });

  test('is stored as its SHA-256 and nowhere as itself', async () => {
    const { id, refreshToken } = await platform.registerUser();
    const { body } = await refresh(refreshToken);

    const stored = (await tokensOf(id)).map((hash) => hash.toString('hex')).sort();

    const expected = [refreshToken, body.refresh_token].map((token) =>
      createHash('sha256').update(token).digest('hex'),
    );
    assert.deepEqual(stored, expected.sort());
  });
});

describe('a refresh token that is tried again within ten seconds', () => {
  const AGENT = 'ClickNBack/1.0 (iPhone)';
  const refreshFrom = (token: string, address: string, agent = AGENT) =>
    api('POST', '/auth/refresh', {
      body: { refresh_token: token },
      headers: { 'x-forwarded-for': address, 'user-agent': agent },
    });

  for (const [title, first, second] of [
    ['the same network of IPv4', '203.0.113.7', '203.0.113.200'],
    ['the same network of IPv6', '2001:db8:1:2::7', '2001:db8:1:2:ffff::8'],
  ] as const) {
    test(`from ${title} gives the same successor`, async () => {
      const { refreshToken } = await platform.registerUser();
      const { body } = await refreshFrom(refreshToken, first);
      const retry = await refreshFrom(refreshToken, second);
      assert.equal(retry.status, 200);
      assert.equal(retry.body.refresh_token, body.refresh_token);
    });
  }

  for (const [title, address, agent] of [
    ['another network of IPv4', '203.0.114.7', AGENT],
    ['another network of IPv6', '2001:db8:1:3::7', AGENT],
    ['another user agent', '203.0.113.7', 'curl/8.0'],
  ] as const) {
    test(`from ${title} is in two hands: the session ends`, async () => {
      const { id, token, refreshToken } = await platform.registerUser();
      const from = address.includes(':') ? '2001:db8:1:2::7' : '203.0.113.7';
      const { body } = await refreshFrom(refreshToken, from);

      assertRefused(await refreshFrom(refreshToken, address, agent), 'TOKEN_REVOKED');

      assertRefused(await me(token), 'TOKEN_REVOKED');
      assertRefused(await refreshFrom(body.refresh_token, from), 'TOKEN_REVOKED');
      const reused = await sql(
        `select outcome from audit_logs where action = 'session.reused' and actor_id = '${id}'`,
      );
      assert.deepEqual(reused, [{ outcome: 'failure' }]);
    });
  }

  test('across a change of JWT_KEYS and of ENCRYPTION_KEYS gives the same successor', async () => {
    const key = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;
    const jwtKey = (id: string) => `${id}:${randomBytes(32).toString('hex')}`;
    const [oldKey, newKey] = [key('old'), key('new')];
    const before = await processWith({ JWT_KEYS: jwtKey('old'), ENCRYPTION_KEYS: `${oldKey},${newKey}` });
    const changed = await processWith({ JWT_KEYS: jwtKey('new'), ENCRYPTION_KEYS: `${newKey},${oldKey}` });
    const { refreshToken } = await platform.registerUser();
    const ask = (at: typeof before, token: string) =>
      inject(at.server, 'POST', '/auth/refresh', { body: { refresh_token: token } });

    const first = await ask(before, refreshToken);
    const retry = await ask(changed, refreshToken);

    assert.equal(retry.status, 200, JSON.stringify(retry.body));
    assert.equal(retry.body.refresh_token, first.body.refresh_token);
    assert.equal((await ask(changed, retry.body.refresh_token)).status, 200);
  });

  async function processWith(environment: Record<string, string>) {
    const config = readConfig({ NODE_ENV: 'test', METRICS_PORT: 'off', BCRYPT_COST: '4', ...environment });
    const started = await createPlatform({ config, database, clock, logger: pino({ level: 'silent' }) });
    after(() => started.close());
    return started;
  }
});

describe('a session', () => {
  test('ends after ninety days, however often it is refreshed: EXPIRED_REFRESH_TOKEN', async () => {
    const { id, refreshToken } = await platform.registerUser();
    let newest = refreshToken;
    for (let day = 1; day < 90; day += 1) {
      clock.advance({ hours: 24 });
      newest = (await refresh(newest)).body.refresh_token;
    }
    const [last] = await sql(
      `select max(expires_at) = min(sessions.created_at) + interval '90 days' as ends_with_session
       from refresh_tokens join sessions on sessions.id = session_id where user_id = '${id}'`,
    );
    assert.deepEqual(last, { ends_with_session: true });
    clock.advance({ seconds: 24 * 3600 - 60 });
    const { body } = await refresh(newest);
    assert.equal((await me(body.access_token)).status, 200);
    clock.advance({ seconds: 60 });

    assertRefused(await refresh(body.refresh_token), 'EXPIRED_REFRESH_TOKEN');
    assertRefused(await me(body.access_token), 'EXPIRED_TOKEN');
  });
});

describe('a logout', () => {
  const logoutBy = (refresh_token: string) => api('POST', '/auth/logout', { body: { refresh_token } });

  test('with the refresh token alone ends its session and no other', async () => {
    const { id, email, token, refreshToken } = await platform.registerUser();
    const other = (await login(email)).body;

    const answer = await logoutBy(refreshToken);

    assert.equal(answer.status, 204);
    assertRefused(await me(token), 'TOKEN_REVOKED');
    assertRefused(await refresh(refreshToken), 'TOKEN_REVOKED');
    assert.equal((await me(other.access_token)).status, 200);
    const audit = await sql(
      `select actor_type::text, request_id from audit_logs where actor_id = '${id}' and action = 'session.ended'`,
    );
    assert.deepEqual(audit, [{ actor_type: 'user', request_id: answer.headers['x-request-id'] }]);
  });

  test('with an unknown, an expired or a used refresh token reveals nothing', async () => {
    const { token, refreshToken } = await platform.registerUser();
    await refresh(refreshToken);
    const used = await logoutBy(refreshToken);
    assertRefused(await me(token), 'TOKEN_REVOKED');
    const again = await logoutBy(refreshToken);
    const unknown = await logoutBy('x');
    clock.advance({ hours: 31 * 24 });
    const expired = await logoutBy(refreshToken);
    for (const answer of [used, again, unknown, expired])
      assert.deepEqual([answer.status, answer.body], [204, '']);
  });

  test('ends its own session at once and no other', async () => {
    const { id, email, token, refreshToken } = await platform.registerUser();
    const other = (await login(email)).body;

    const answer = await api('POST', '/auth/logout', { token });

    assert.equal(answer.status, 204);
    assert.equal(answer.body, '');
    assertRefused(await me(token), 'TOKEN_REVOKED');
    assertRefused(await refresh(refreshToken), 'TOKEN_REVOKED');
    assert.equal((await me(other.access_token)).status, 200);
    const audit = await sql(
      `select action, actor_type::text, request_id from audit_logs where actor_id = '${id}' and action = 'session.ended'`,
    );
    assert.deepEqual(audit, [
      { action: 'session.ended', actor_type: 'user', request_id: answer.headers['x-request-id'] },
    ]);
  });

  test('of an ended session is TOKEN_REVOKED', async () => {
    const { token } = await platform.registerUser();
    await api('POST', '/auth/logout', { token });
    assertRefused(await api('POST', '/auth/logout', { token }), 'TOKEN_REVOKED');
  });
});

async function tokensOf(userId: string): Promise<Buffer[]> {
  const rows = await sql(
    `select token_hash from refresh_tokens join sessions on sessions.id = session_id where user_id = '${userId}'`,
  );
  return rows.map(({ token_hash }) => token_hash as Buffer);
}

function assertRefused(answer: Answer, code: string): void {
  assert.equal(answer.body.error?.code, code, JSON.stringify(answer.body));
  assert.equal(answer.status, 401);
  assert.equal(answer.headers['www-authenticate'], 'Bearer');
}
