import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runSql } from '../../../support/database.ts';
import { PASSWORD, startTestPlatform } from '../../../support/platform.ts';

const { api, database, clock } = await startTestPlatform();
const sql = (statement: string) => runSql(database.url, statement);
const register = (email: string, password = PASSWORD) => api('POST', '/users', { body: { email, password } });
const login = (email: string, password = PASSWORD) =>
  api('POST', '/auth/login', { body: { email, password } });
const usersOf = (email: string) => sql(`select id from users where email = '${email}'`);

describe('a registration', () => {
  test('makes a user with an empty wallet and an audit row, all in one transaction', async () => {
    const answer = await api('POST', '/users', {
      body: { email: 'new@example.com', password: PASSWORD },
    });

    assert.equal(answer.status, 201);
    const { id, ...rest } = answer.body;
    const created_at = clock().toString({ smallestUnit: 'second' });
    assert.deepEqual(rest, {
      email: 'new@example.com',
      email_verified: false,
      locale: 'en',
      display_name: null,
      external_reference: null,
      active: true,
      role: 'user',
      staff_roles: [],
      created_at,
    });
    const rows = await sql(
      `select currency, pending::text, available::text, paid::text, last_sequence::int, wallets.xmin = users.xmin as together
       from wallets join users on users.id = user_id where users.id = '${id}'`,
    );
    assert.deepEqual(rows, [
      {
        currency: 'EUR',
        pending: '0.0000',
        available: '0.0000',
        paid: '0.0000',
        last_sequence: 0,
        together: true,
      },
    ]);
    assert.deepEqual(
      await sql(`select actor_type::text, actor_id, request_id from audit_logs where resource_id = '${id}'`),
      [{ actor_type: 'user', actor_id: id, request_id: answer.headers['x-request-id'] }],
    );
  });

  test('stores no password, only a bcrypt hash', async () => {
    await register('hash@example.com');
    const [user] = await sql("select password_hash from users where email = 'hash@example.com'");
    assert.match(String(user?.password_hash), /^\$2[aby]\$04\$.{53}$/);
  });

  test('trims the email and forgets its case', async () => {
    const answer = await register(' Alice@Example.com ');
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    assert.equal(answer.body.email, 'alice@example.com');
    assert.equal((await login(' ALICE@example.com\t')).status, 200);
  });

  test('of an email that is taken, in whatever case, is EMAIL_ALREADY_REGISTERED', async () => {
    await register('taken@example.com');
    for (const email of ['taken@example.com', 'TAKEN@Example.Com', ' taken@example.com ']) {
      const answer = await register(email);
      assert.equal(answer.status, 409);
      assert.equal(answer.body.error.code, 'EMAIL_ALREADY_REGISTERED');
      assert.equal(answer.body.error.details.user_id, undefined, 'whose it is, is nobody’s business');
    }
    assert.equal((await usersOf('taken@example.com')).length, 1);
  });

  test('many times at once makes one user with one wallet', async () => {
    const spellings = Array.from({ length: 12 }, (_, index) =>
      index % 2 === 0 ? 'race@example.com' : 'Race@Example.com',
    );

    const answers = await Promise.all(spellings.map((email) => register(email)));

    const statuses = answers.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [201, ...Array(11).fill(409)]);
    const [user] = await usersOf('race@example.com');
    assert.equal((await sql(`select id from wallets where user_id = '${user?.id}'`)).length, 1);
  });
});

test('users see their own account, and change its language and name', async () => {
  const { id } = (await register('self@example.com')).body;
  const token = (await login('self@example.com')).body.access_token;
  const answer = await api('GET', '/users/me', { token });
  assert.deepEqual(answer.body, {
    id,
    email: 'self@example.com',
    email_verified: false,
    locale: 'en',
    display_name: null,
    external_reference: null,
    active: true,
    role: 'user',
    staff_roles: [],
    created_at: clock().toString({ smallestUnit: 'second' }),
    permissions: [],
  });

  await api('PATCH', '/users/me', { token, body: { display_name: 'Zoë' } });
  await api('PATCH', '/users/me', { token, body: { locale: 'de' } });
  const { locale, display_name } = (await api('GET', '/users/me', { token })).body;
  assert.deepEqual([locale, display_name], ['de', 'Zoë']);
});
