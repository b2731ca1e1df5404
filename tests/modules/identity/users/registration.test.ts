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
    assert.deepEqual(rest, { email: 'new@example.com', active: true, role: 'user', created_at });
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

  for (const extra of [
    { role: 'admin' },
    { role: 'user' },
    { active: true },
    { id: 'x' },
    { password_hash: 'x' },
  ]) {
    const [field = ''] = Object.keys(extra);
    test(`with ${JSON.stringify(extra)} in its body is refused, not done without it`, async () => {
      const answer = await api('POST', '/users', {
        body: { email: 'sly@example.com', password: PASSWORD, ...extra },
      });
      assert.equal(answer.status, 422);
      assert.deepEqual(answer.body.error.details.violations, [{ field, reason: 'is not known here' }]);
      assert.deepEqual(await usersOf('sly@example.com'), []);
    });
  }

  test('names every violation of its body', async () => {
    const answer = await api('POST', '/users', { body: { email: 'nobody', extra: 1 } });
    assert.equal(answer.body.error.code, 'VALIDATION_ERROR');
    const fields = answer.body.error.details.violations.map(({ field }: { field: string }) => field).sort();
    assert.deepEqual(fields, ['email', 'extra', 'password']);
  });
});

describe('a password', () => {
  const table: [string, readonly string[]][] = [
    ['', ['at least 8', 'a lower-case', 'an upper-case', 'a digit', 'a special']],
    ['Ab1!', ['at least 8']],
    ['abcdefgh', ['an upper-case', 'a digit', 'a special', 'commonest']],
    ['str0ng!pass', ['an upper-case']],
    ['STR0NG!PASS', ['a lower-case']],
    ['Strong!Pass', ['a digit']],
    ['Str0ngPass', ['a special']],
    ['Str0ng Pass', ['a special']],
    ['12345678', ['a lower-case', 'an upper-case', 'a special', 'commonest']],
    ['Password1!', ['commonest']],
    ['P@ssw0rd1!', ['commonest']],
    ['Qwertyuiop1!', ['commonest']],
    [`Aa1!${'x'.repeat(125)}`, ['at most 128']],
  ];
  for (const [password, reasons] of table) {
    test(`"${password.slice(0, 16)}" is refused for: ${reasons.join(', ')}`, async () => {
      const answer = await register('weak@example.com', password);

      assert.equal(answer.status, 400, JSON.stringify(answer.body));
      assert.equal(answer.body.error.code, 'PASSWORD_NOT_COMPLEX_ENOUGH');
      const { violations } = answer.body.error.details;
      assert.equal(violations.length, reasons.length, JSON.stringify(violations));
      for (const [index, reason] of reasons.entries()) {
        assert.equal(violations[index].field, 'password');
        assert.ok(violations[index].reason.includes(reason), violations[index].reason);
      }
      assert.deepEqual(await usersOf('weak@example.com'), []);
    });
  }

  const accepted = ['Aa1!aaaa', `Aa1!${'x'.repeat(124)}`, 'Пароль№1-длинный', 'Str0ng!Pass', 'Aa1 😀😀😀😀'];
  for (const [index, password] of accepted.entries()) {
    test(`"${password.slice(0, 16)}" of ${[...password].length} characters is taken, and opens the account`, async () => {
      const email = `good-${index}@example.com`;
      assert.equal((await register(email, password)).status, 201);
      assert.equal((await login(email, password)).status, 200);
      assert.equal((await login(email, `${password}x`)).status, 401);
    });
  }

  test('of 18 emoji fills the 72 bytes of bcrypt, and further characters still matter', async () => {
    const emoji = '😀'.repeat(18);
    assert.equal(Buffer.byteLength(emoji), 72);
    await register('emoji@example.com', `${emoji}Aa1!`);
    assert.equal((await login('emoji@example.com', `${emoji}Aa1!`)).status, 200);
    for (const other of [`${emoji}Aa1?`, `${emoji}Aa2!`, emoji, `${emoji}Aa1!!`]) {
      assert.equal((await login('emoji@example.com', other)).body.error?.code, 'INVALID_CREDENTIALS');
    }
  });

  test('is the same however a keyboard composes its letters, and different in case', async () => {
    await register('accent@example.com', 'Caf\u00e9!1234');
    assert.equal((await login('accent@example.com', 'Cafe\u0301!1234')).status, 200);
    assert.equal((await login('accent@example.com', 'caf\u00e9!1234')).status, 401);
  });
});

test('users see their own account', async () => {
  const { id } = (await register('self@example.com')).body;
  const token = (await login('self@example.com')).body.access_token;
  const answer = await api('GET', '/users/me', { token });
  assert.deepEqual(answer.body, {
    id,
    email: 'self@example.com',
    active: true,
    role: 'user',
    created_at: clock().toString({ smallestUnit: 'second' }),
  });
});
