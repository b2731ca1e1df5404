import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accountCommand } from '../support/account-command.ts';
import { runSql } from '../support/database.ts';
import { assertRefused, startTestPlatform } from '../support/platform.ts';

const platform = await startTestPlatform();
const { api, database } = platform;
const NEW_PASSWORD = 'An0ther!Pass';

const passwordReset = accountCommand('password-reset', database.url);

describe('npm run password-reset', () => {
  test('prints a token that sets the password of an administrator once, and records it', async () => {
    const person = await platform.registerStaff('finance');

    const { code, output, errors } = await passwordReset(` ${person.email.toUpperCase()}`);

    assert.equal(code, 0, errors);
    assert.match(output, /^[\w-]{43}$/);
    assert.match(
      errors,
      new RegExp(`^${person.email} can set a password once, until .+Z, with this token:$`),
    );
    const body = { token: output, new_password: NEW_PASSWORD };
    assert.equal((await api('POST', '/auth/password-reset', { body })).status, 200);
    assertRefused(await api('POST', '/auth/password-reset', { body }), 401, 'INVALID_RESET_TOKEN');
    assertRefused(await api('GET', '/users/me', { token: person.token }), 401, 'TOKEN_REVOKED');
    const login = { email: person.email, password: NEW_PASSWORD };
    assert.equal((await api('POST', '/auth/login', { body: login })).status, 200);
    const audit = await runSql(
      database.url,
      `select actor_type::text, actor_id, details, request_id from audit_logs
       where resource_id = '${person.id}' and action = 'user.password_reset_issued'`,
    );
    assert.deepEqual(audit, [{ actor_type: 'system', actor_id: null, details: {}, request_id: null }]);
  });

  for (const [title, args, sentence] of [
    ['no email', [], /^Usage: npm run password-reset -- email$/],
    ['more than an email', ['a@example.com', 'b'], /^Usage: /],
    ['an unknown email', ['nobody@example.com'], /^No account has this email address: nothing was done\.$/],
  ] as const) {
    test(`refuses ${title}, in words and with an exit code`, async () => {
      const ended = await passwordReset(...args);
      assert.deepEqual([ended.code, ended.output], [1, '']);
      assert.match(ended.errors, sentence);
    });
  }
});
