import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import pg from 'pg';
import { runSql } from '../../../support/database.ts';
import {
  type Answer,
  assertRefused,
  PASSWORD,
  type Person,
  startTestPlatform,
} from '../../../support/platform.ts';

const NEW_PASSWORD = 'An0ther!Pass';

const platform = await startTestPlatform();
const { api, database, registerUser } = platform;
const sql = (statement: string) => runSql(database.url, statement);
const change = (
  { token }: Pick<Person, 'token'>,
  current_password: string = PASSWORD,
  new_password: string = NEW_PASSWORD,
) => api('PATCH', '/users/me/password', { token, body: { current_password, new_password } });
const login = (email: string, password: string) => api('POST', '/auth/login', { body: { email, password } });
const refresh = (refresh_token: string) => api('POST', '/auth/refresh', { body: { refresh_token } });
const me = (token: string) => api('GET', '/users/me', { token });
const auditOf = (id: string) =>
  sql(`select actor_id, outcome::text, request_id, details from audit_logs
       where resource_id = '${id}' and action = 'user.password_changed' order by id`);

describe('PATCH /users/me/password', () => {
  test('replaces the password, keeps this session and ends the others', async () => {
    const user = await registerUser();
    const other = (await login(user.email, PASSWORD)).body;

    const answer = await change(user, PASSWORD, NEW_PASSWORD);

    assert.equal(answer.status, 204, JSON.stringify(answer.body));
    assert.equal(answer.body, '');
    assert.equal((await me(user.token)).status, 200);
    assert.equal((await refresh(user.refreshToken)).status, 200);
    assertRefused(await me(other.access_token), 401, 'TOKEN_REVOKED');
    assertRefused(await refresh(other.refresh_token), 401, 'TOKEN_REVOKED');
    assertRefused(await login(user.email, PASSWORD), 401, 'INVALID_CREDENTIALS');
    assert.equal((await login(user.email, NEW_PASSWORD)).status, 200);
    assert.deepEqual(await auditOf(user.id), [
      { actor_id: user.id, outcome: 'success', request_id: answer.headers['x-request-id'], details: {} },
    ]);
  });

  test('ends no session of other users', async () => {
    const [user, other] = [await registerUser(), await registerUser()];
    await change(user);
    assert.equal((await me(other.token)).status, 200);
    assert.equal((await login(other.email, PASSWORD)).status, 200);
  });

  test('ends a reset token that was made before', async () => {
    const user = await registerUser();
    const issued = await api('POST', `/users/${user.id}/password-reset`, { token: platform.admin.token });
    await change(user);
    const body = { token: issued.body.token, new_password: 'Th1rd!Password' };
    assertRefused(await api('POST', '/auth/password-reset', { body }), 401, 'INVALID_RESET_TOKEN');
  });

  test('with a wrong current password is INVALID_CREDENTIALS, and the audit log remembers it', async () => {
    const user = await registerUser();
    const before = await hashOf(user);

    assertRefused(await change(user, 'Wr0ng!Pass'), 401, 'INVALID_CREDENTIALS');

    assert.equal(await hashOf(user), before);
    assert.equal((await me(user.token)).status, 200);
    const [row] = await auditOf(user.id);
    assert.deepEqual([row?.actor_id, row?.outcome], [user.id, 'failure']);
  });

  test('from several sessions at once changes it once: the others had the right password too late', async () => {
    const user = await registerUser();
    const tokens = [user.token];
    for (let index = 0; index < 4; index += 1)
      tokens.push((await login(user.email, PASSWORD)).body.access_token);

    const answers = await Promise.all(
      tokens.map((token, index) => change({ token }, PASSWORD, `An0ther!Pass${index}`)),
    );

    const winner = answers.findIndex(({ status }) => status === 204);
    assert.equal(answers.filter(({ status }) => status === 204).length, 1, JSON.stringify(answers));
    for (const answer of answers.filter(({ status }) => status !== 204)) {
      assert.match(answer.body.error.code, /^(INVALID_CREDENTIALS|TOKEN_REVOKED)$/);
    }
    assert.equal((await login(user.email, `An0ther!Pass${winner}`)).status, 200);
    const alive = await Promise.all(tokens.map(async (token) => (await me(token)).status === 200));
    assert.deepEqual(
      alive,
      tokens.map((_, index) => index === winner),
    );
  });
});

describe('a change of an account that commits after the password was verified', () => {
  test('wins over a change of the password: INVALID_CREDENTIALS', async () => {
    const user = await registerUser();
    const answer = await duringChange(user, "password_hash = 'another'", () => change(user));
    assertRefused(answer, 401, 'INVALID_CREDENTIALS');
    assert.equal(await hashOf(user), 'another');
    assert.deepEqual(await auditOf(user.id), []);
  });

  for (const [what, set, code] of [
    ['the password', "password_hash = 'another'", 'INVALID_CREDENTIALS'],
    ['the status', 'active = false', 'USER_INACTIVE'],
  ] as const) {
    test(`of ${what} leaves no room for a login: ${code}`, async () => {
      const user = await registerUser();
      const answer = await duringChange(user, set, () => login(user.email, PASSWORD));
      assertRefused(answer, 401, code);
      const sessions = await sql(`select id from sessions where user_id = '${user.id}'`);
      assert.equal(sessions.length, 1, 'the one of before');
    });
  }
});

/** Makes a request while a change of the account is under way, which commits once the request waits for it. */
async function duringChange({ id }: Person, set: string, ask: () => Promise<Answer>): Promise<Answer> {
  const changer = new pg.Client({ connectionString: database.url });
  await changer.connect();
  try {
    await changer.query('begin');
    await changer.query(`update users set ${set} where id = '${id}'`);
    let answered = false;
    const answer = ask().finally(() => {
      answered = true;
    });
    while (!answered && !(await somebodyWaits()));
    await changer.query('commit');
    return await answer;
  } finally {
    await changer.end();
  }
}

async function somebodyWaits(): Promise<boolean> {
  const waiting = await sql(
    `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
  );
  return waiting.length > 0;
}

async function hashOf({ id }: Person): Promise<unknown> {
  const [row] = await sql(`select password_hash from users where id = '${id}'`);
  return row?.password_hash;
}
