import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, describe, test } from 'node:test';
import pg from 'pg';
import { runSql } from '../../../support/database.ts';
import { type Answer, PASSWORD, startTestPlatform } from '../../../support/platform.ts';
import { until } from '../../../support/until.ts';

const platform = await startTestPlatform();
const { api, admin, clock, database } = platform;
const NEW_PASSWORD = 'An0ther!Pass';
const login = (email: string, password: string) => api('POST', '/auth/login', { body: { email, password } });
const issue = (userId: string, token = admin.token) =>
  api('POST', `/users/${userId}/password-reset`, { token });
const reset = (token: string, new_password = NEW_PASSWORD) =>
  api('POST', '/auth/password-reset', { body: { token, new_password } });

const setStatus = (id: string, status: string) =>
  api('PATCH', `/users/${id}/status`, { token: admin.token, body: { status } });

async function openConnection() {
  const client = new pg.Client(database.url);
  await client.connect();
  after(() => client.end());
  return client;
}

async function importUser(email: string): Promise<string> {
  const answer = await api('POST', '/users/import', { token: admin.token, body: [{ email }] });
  return answer.body.results[0].id;
}

describe('a password reset', () => {
  test('gives an imported user the first password, and a session', async () => {
    const id = await importUser('imported@example.com');
    assert.equal((await login('imported@example.com', NEW_PASSWORD)).status, 401);

    const issued = await issue(id);
    const answer = await reset(issued.body.token);

    assert.equal(issued.status, 201);
    assert.equal(issued.headers['cache-control'], 'no-store');
    assert.equal(answer.status, 200);
    const me = await api('GET', '/users/me', { token: answer.body.access_token });
    assert.equal(me.body.id, id);
    assert.equal((await login('imported@example.com', NEW_PASSWORD)).status, 200);
  });

  test('replaces the password, and ends every session of before', async () => {
    const user = await platform.registerUser();

    await reset((await issue(user.id)).body.token);

    assertRefused(await api('GET', '/users/me', { token: user.token }), 'TOKEN_REVOKED');
    const refreshed = await api('POST', '/auth/refresh', { body: { refresh_token: user.refreshToken } });
    assertRefused(refreshed, 'TOKEN_REVOKED');
    assertRefused(await login(user.email, PASSWORD), 'INVALID_CREDENTIALS');
    assert.equal((await login(user.email, NEW_PASSWORD)).status, 200);
  });

  test('works once, also when it is used by several at once', async () => {
    const user = await platform.registerUser();
    const { token } = (await issue(user.id)).body;

    const answers = await Promise.all(Array.from({ length: 8 }, () => reset(token)));

    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    for (const answer of answers.filter(({ status }) => status !== 200))
      assertRefused(answer, 'INVALID_RESET_TOKEN');
    assertRefused(await reset(token), 'INVALID_RESET_TOKEN');
  });

  test('ends with the next one that is made for the user', async () => {
    const { id } = await platform.registerUser();
    const [first, second] = [await issue(id), await issue(id)];

    assertRefused(await reset(first.body.token), 'INVALID_RESET_TOKEN');
    assert.equal((await reset(second.body.token)).status, 200);
  });

  test('survives a password that is too easy', async () => {
    const { id } = await platform.registerUser();
    const { token } = (await issue(id)).body;

    const answer = await reset(token, 'password');

    assert.equal(answer.status, 400);
    assert.equal(answer.body.error.code, 'PASSWORD_NOT_COMPLEX_ENOUGH');
    assert.equal((await reset(token)).status, 200);
  });

  test('of an inactive user is refused', async () => {
    const { id } = await platform.registerUser();
    const { token } = (await issue(id)).body;
    await runSql(database.url, `update users set active = false where id = '${id}'`);
    assertRefused(await reset(token), 'USER_INACTIVE');
  });

  test('dies with a deactivation, also after an activation', async () => {
    const { id } = await platform.registerUser();
    const { token } = (await issue(id)).body;
    await setStatus(id, 'inactive');
    assertRefused(await reset(token), 'INVALID_RESET_TOKEN');
    await setStatus(id, 'active');
    assertRefused(await reset(token), 'INVALID_RESET_TOKEN');
  });

  test('that races with a deactivation waits for it, and opens no session', async () => {
    const { id } = await platform.registerUser();
    const { token } = (await issue(id)).body;
    const deactivation = await openConnection();
    await deactivation.query('begin');
    await deactivation.query(`update users set active = false where id = '${id}'`);

    const answer = reset(token);
    await until(async () => {
      const [row] = await runSql(
        database.url,
        `select count(*)::int as waiting from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return row?.waiting === 1;
    });
    await deactivation.query(`delete from password_resets where user_id = '${id}'`);
    await deactivation.query(`update sessions set revoked_at = now() where user_id = '${id}'`);
    await deactivation.query('commit');

    assertRefused(await answer, 'INVALID_RESET_TOKEN');
  });

  test('and a deactivation at once leave no session that lives again after an activation', async () => {
    for (let round = 0; round < 15; round += 1) {
      const { id } = await platform.registerUser();
      const { token } = (await issue(id)).body;
      const [answer] = await Promise.all([reset(token), setStatus(id, 'inactive')]);
      await setStatus(id, 'active');
      const live = `select id from sessions where user_id = '${id}' and revoked_at is null`;
      assert.deepEqual(await runSql(database.url, live), [], `${round}: ${answer.status}`);
    }
  });

  test('of staff is refused to administrators, and to a token from before', async () => {
    const colleague = await platform.registerStaff('support');
    const answer = await issue(colleague.id);
    assert.equal(answer.status, 403);
    assert.deepEqual([answer.body.error.code, answer.body.error.details], ['FORBIDDEN', { reason: 'staff' }]);

    const promoted = await platform.registerUser();
    const { token } = (await issue(promoted.id)).body;
    await api('PUT', `/users/${promoted.id}/staff-roles`, {
      token: admin.token,
      body: { staff_roles: ['support'] },
    });
    assertRefused(await reset(token), 'INVALID_RESET_TOKEN');
    assert.equal((await login(promoted.email, PASSWORD)).status, 200);
  });

  test('is stored as a hash, and is in the audit log without its token', async () => {
    const { id } = await platform.registerUser();
    const { token } = (await issue(id)).body;
    const hash = createHash('sha256').update(token).digest('hex');
    assert.deepEqual(
      await runSql(
        database.url,
        `select encode(token_hash, 'hex') as hash from password_resets where user_id = '${id}'`,
      ),
      [{ hash }],
    );

    await reset(token);

    const logs = await api('GET', `/audit-logs?resource_id=${id}`, { token: admin.token });
    const told = logs.body.data.map((log: { action: string; actor_id: string }) => [
      log.action,
      log.actor_id,
    ]);
    assert.deepEqual(told.slice(0, 3), [
      ['user.verified', id],
      ['user.password_reset', id],
      ['user.password_reset_issued', admin.id],
    ]);
    assert.ok(!JSON.stringify(logs.body).includes(token));
  });

  test('token that is none of ours is refused', async () => {
    for (const forged of ['x', 'A'.repeat(43), PASSWORD])
      assertRefused(await reset(forged), 'INVALID_RESET_TOKEN');
  });

  test('ends with its time', async () => {
    const { id } = await platform.registerUser();
    const { token, expires_at } = (await issue(id)).body;
    assert.equal(
      expires_at,
      clock()
        .add({ hours: 3 * 24 })
        .toString({ smallestUnit: 'second' }),
    );

    clock.advance({ hours: 3 * 24 });

    assertRefused(await reset(token), 'INVALID_RESET_TOKEN');
  });
});

function assertRefused({ status, body }: Answer, code: string): void {
  assert.equal(body.error?.code, code, JSON.stringify(body));
  assert.equal(status, 401);
}
