import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accountCommand } from '../support/account-command.ts';
import { runSql } from '../support/database.ts';
import { assertRefused, PASSWORD, startTestPlatform } from '../support/platform.ts';
import { enrol, mfaTokenOf, totpCode } from '../support/second-factor.ts';

const platform = await startTestPlatform();
const { api, database } = platform;
const sql = (statement: string) => runSql(database.url, statement);
const login = (email: string) => api('POST', '/auth/login', { body: { email, password: PASSWORD } });

const mfaReset = accountCommand('mfa-reset', database.url);

describe('npm run mfa-reset', () => {
  test('removes the factor, ends the sessions, and records it as an act of the system', async () => {
    const person = await enrol(platform, await platform.registerStaff('finance'));
    const other = await enrol(platform, await platform.registerStaff('finance'));
    const mfa_token = await mfaTokenOf(api, person);

    const { code, output, errors } = await mfaReset(` ${person.email.toUpperCase()}`);

    assert.equal(code, 0, errors);
    assert.equal(output, `${person.email} has no second factor any more, and has to log in again.`);
    assertRefused(await api('GET', '/users/me', { token: person.token }), 401, 'TOKEN_REVOKED');
    const body = { mfa_token, code: totpCode(person.secret, platform.now()) };
    assertRefused(await api('POST', '/auth/mfa/verification', { body }), 409, 'MFA_NOT_ENROLLED');
    assert.equal((await login(person.email)).status, 200);
    assertRefused(await login(other.email), 401, 'MFA_REQUIRED');
    assert.deepEqual(
      await sql(`select actor_type::text, actor_id, outcome::text, details, request_id from audit_logs
                 where resource_id = '${person.id}' and action = 'mfa.removed'`),
      [{ actor_type: 'system', actor_id: null, outcome: 'success', details: {}, request_id: null }],
    );
  });

  for (const [title, args, code, sentence] of [
    ['no email', [], 1, /^Usage: npm run mfa-reset -- email$/],
    ['more than an email', ['a@example.com', 'b'], 1, /^Usage: /],
    [
      'an unknown email',
      ['nobody@example.com'],
      1,
      /^No account has this email address: nothing was done\.$/,
    ],
    [
      'an account without a factor',
      ['admin@example.com'],
      1,
      /^The account has no second factor: nothing was/,
    ],
  ] as const) {
    test(`refuses ${title}, in words and with an exit code`, async () => {
      const ended = await mfaReset(...args);
      assert.deepEqual([ended.code, ended.output], [code, '']);
      assert.match(ended.errors, sentence);
    });
  }
});
