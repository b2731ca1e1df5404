import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { encryption } from '../../../../src/core/secrets/encryption.ts';
import { reencryptSecondFactors } from '../../../../src/modules/identity/auth/index.ts';
import { runSql } from '../../../support/database.ts';
import {
  type Answer,
  assertRefused,
  PASSWORD,
  type Person,
  startTestPlatform,
} from '../../../support/platform.ts';
import {
  type EnrolledPerson,
  enrol,
  mfaTokenOf,
  totpCode,
  wrongCode,
} from '../../../support/second-factor.ts';

const lines: string[] = [];
const platform = await startTestPlatform({
  logger: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
});
const { api, clock, database, admin } = platform;
const sql = (statement: string) => runSql(database.url, statement);

const me = async (token: string) => (await api('GET', '/users/me', { token })).status;
const login = (person: Pick<Person, 'email'>, password = PASSWORD) =>
  api('POST', '/auth/login', { body: { email: person.email, password } });
const verify = (body: Record<string, unknown>) => api('POST', '/auth/mfa/verification', { body });
const stepUp = (token: string, body: unknown) => api('POST', '/auth/mfa/step-up', { token, body });
const code = (person: EnrolledPerson, steps = 0) => totpCode(person.secret, clock(), steps);
const enrolled = async () => enrol(platform, await platform.registerStaff('finance'));
const eventsOf = (id: string) =>
  sql(`select action, actor_type::text, actor_id, outcome::text, details from audit_logs
       where resource_id = '${id}' and action like 'mfa.%' order by occurred_at, id`);

describe('enrolling', () => {
  test('starts with a secret that works only once a code of it is confirmed', async () => {
    const person = await platform.registerStaff('finance');
    const { token } = person;

    const started = await api('POST', '/auth/mfa', { token });

    assert.equal(started.status, 201);
    assert.equal(started.headers['cache-control'], 'no-store');
    assert.deepEqual(Object.keys(started.body), ['secret', 'otpauth_uri']);
    assert.ok(started.body.otpauth_uri.includes(`secret=${started.body.secret}`));
    assert.equal((await login(person)).status, 200);
    assert.deepEqual((await api('GET', '/auth/mfa', { token })).body, {
      enrolled: false,
      required: false,
      recovery_codes_left: 0,
    });
    const wrong = wrongCode(started.body.secret, clock());
    const confirm = (digits: string) =>
      api('POST', '/auth/mfa/confirmation', { token, body: { code: digits } });
    assertRefused(await confirm(wrong), 401, 'INVALID_MFA_CODE');

    const confirmed = await confirm(totpCode(started.body.secret, clock()));

    assert.equal(confirmed.status, 200);
    assert.equal(new Set(confirmed.body.recovery_codes).size, 10);
    assert.deepEqual((await api('GET', '/auth/mfa', { token })).body, {
      enrolled: true,
      required: false,
      recovery_codes_left: 10,
    });
    assertRefused(await login(person), 401, 'MFA_REQUIRED');
    const actor = { actor_type: 'admin', actor_id: person.id };
    assert.deepEqual(await eventsOf(person.id), [
      { action: 'mfa.code_refused', ...actor, outcome: 'failure', details: { code: 'INVALID_MFA_CODE' } },
      { action: 'mfa.enrolled', ...actor, outcome: 'success', details: {} },
    ]);
  });

  test('ends all other sessions, which were opened without it, and keeps this one', async () => {
    const person = await platform.registerStaff('finance');
    const other = (await login(person)).body.access_token;

    await enrol(platform, person);

    assert.deepEqual([await me(person.token), await me(other)], [200, 401]);
  });

  test('needs a start', async () => {
    const { token } = await platform.registerStaff('finance');
    const answer = await api('POST', '/auth/mfa/confirmation', { token, body: { code: '123456' } });
    assertRefused(answer, 409, 'MFA_NOT_ENROLLED');
  });

  test('is open to shoppers', async () => {
    const shopper = await enrol(platform, await platform.registerUser());
    assertRefused(await login(shopper), 401, 'MFA_REQUIRED');
  });

  test('again replaces secret and recovery codes, and only with a fresh code of the present one', async () => {
    const person = await enrolled();
    await forgetProof(person);
    const { token } = person;
    assertRefused(await api('POST', '/auth/mfa', { token }), 403, 'MFA_STEP_UP_REQUIRED');
    await stepUp(token, { code: code(person) });

    const { secret } = (await api('POST', '/auth/mfa', { token })).body;
    const before = await verify({ mfa_token: await mfaTokenOf(api, person), code: code(person, 1) });
    assert.equal(before.status, 200, 'the present one stays valid');
    const body = { code: totpCode(secret, clock()) };
    assert.equal((await api('POST', '/auth/mfa/confirmation', { token, body })).status, 200);

    clock.advance({ seconds: 30 });
    const mfa_token = await mfaTokenOf(api, person);
    assertRefused(await verify({ mfa_token, code: code(person, 1) }), 401, 'INVALID_MFA_CODE');
    const [recovery_code] = person.recoveryCodes;
    assertRefused(await verify({ mfa_token, recovery_code }), 401, 'INVALID_MFA_CODE');
    assert.equal((await verify({ mfa_token, code: totpCode(secret, clock()) })).status, 200);
  });

  test('cannot be overtaken by a login that needs no factor yet', async () => {
    const people = await Promise.all(Array.from({ length: 8 }, () => platform.registerStaff('finance')));
    for (const person of people) {
      const { secret } = (await api('POST', '/auth/mfa', { token: person.token })).body;
      const body = { code: totpCode(secret, clock()) };
      const [confirmed, ...logins] = await Promise.all([
        api('POST', '/auth/mfa/confirmation', { token: person.token, body }),
        ...Array.from({ length: 6 }, () => login(person)),
      ]);
      assert.equal(confirmed?.status, 200);
      for (const answer of logins) {
        if (answer.status === 200) assert.equal(await me(answer.body.access_token), 401);
        else assertRefused(answer, 401, 'MFA_REQUIRED');
      }
    }
  });
});

describe('a login with a second factor', () => {
  test('takes password and code, and opens a session that works', async () => {
    const person = await enrolled();
    const first = await login(person);
    assertRefused(first, 401, 'MFA_REQUIRED');
    assert.deepEqual(Object.keys(first.body.error.details), ['mfa_token']);

    const { mfa_token } = first.body.error.details;
    const second = await verify({ mfa_token, code: code(person) });

    assert.equal(second.status, 200, JSON.stringify(second.body));
    assert.deepEqual(Object.keys(second.body).sort(), ['access_token', 'refresh_token', 'token_type']);
    assert.equal(await me(second.body.access_token), 200);
  });

  test('with a wrong password reveals nothing of the factor', async () => {
    const answer = await login(await enrolled(), 'Wr0ng!Pass');
    assertRefused(answer, 401, 'INVALID_CREDENTIALS');
    assert.deepEqual(answer.body.error.details, {});
  });

  test('refuses a code that was used, also at the same moment', async () => {
    const person = await enrolled();
    const mfa_token = await mfaTokenOf(api, person);
    const body = { mfa_token, code: code(person) };

    const answers = await Promise.all(Array.from({ length: 6 }, () => verify(body)));

    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(5).fill(401)]);
    assertRefused(await verify(body), 401, 'INVALID_MFA_CODE');
    assertRefused(await verify({ mfa_token, code: code(person, -1) }), 401, 'INVALID_MFA_CODE');
    assert.equal((await verify({ mfa_token, code: code(person, 1) })).status, 200);
  });

  test('takes each recovery code once, and records how many are left', async () => {
    const person = await enrolled();
    const [recovery_code = ''] = person.recoveryCodes;
    const mfa_token = await mfaTokenOf(api, person);
    const spelled = recovery_code.toUpperCase().replaceAll('-', ' ');

    const answers = await Promise.all(
      Array.from({ length: 4 }, () => verify({ mfa_token, recovery_code: spelled })),
    );

    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 401, 401, 401]);
    const used = (await eventsOf(person.id)).filter(({ action }) => action === 'mfa.recovery_code_used');
    assert.deepEqual(
      used.map(({ actor_id, details }) => [actor_id, details]),
      [[person.id, { left: 9 }]],
    );
    const foreign = await enrolled();
    const others = { mfa_token, recovery_code: foreign.recoveryCodes[0] };
    assertRefused(await verify(others), 401, 'INVALID_MFA_CODE');
  });

  test('is locked for codes after ten wrong ones, and not for a recovery code', async () => {
    const person = await enrolled();
    const attempts: Answer[] = [];
    for (let count = 0; count < 12; count += 1) {
      const mfa_token = await anotherToken(person);
      attempts.push(await verify({ mfa_token, code: wrongCode(person.secret, clock()) }));
    }
    const codes = attempts.map(({ body }) => body.error.code);
    assert.deepEqual(codes, [...Array(10).fill('INVALID_MFA_CODE'), 'MFA_LOCKED', 'MFA_LOCKED']);

    const mfa_token = await anotherToken(person);
    const locked = await verify({ mfa_token, code: code(person) });

    assertRefused(locked, 429, 'MFA_LOCKED');
    assert.equal(locked.headers['retry-after'], String(86_400 - 12));
    const refusals = (await eventsOf(person.id)).filter(({ action }) => action === 'mfa.code_refused');
    assert.equal(refusals.length, 13);
    assert.deepEqual(refusals.at(-1), {
      action: 'mfa.code_refused',
      actor_type: 'user',
      actor_id: null,
      outcome: 'failure',
      details: { code: 'MFA_LOCKED' },
    });
    assert.equal((await verify({ mfa_token, recovery_code: person.recoveryCodes[3] })).status, 200);
    assert.equal((await verify({ mfa_token, code: code(person) })).status, 200);
  });

  test('counts wrong codes that arrive at once', async () => {
    const person = await enrolled();
    const tokens: string[] = [];
    while (tokens.length < 30) tokens.push(await anotherToken(person));
    const wrong = wrongCode(person.secret, clock());

    const answers = await Promise.all(tokens.map((mfa_token) => verify({ mfa_token, code: wrong })));

    const wrongOnes = answers.filter(({ body }) => body.error.code === 'INVALID_MFA_CODE');
    assert.equal(wrongOnes.length, 10);
  });

  test('is limited by token, whatever the codes are', async () => {
    const person = await enrolled();
    const mfa_token = await mfaTokenOf(api, person);
    for (let count = 0; count < 10; count += 1)
      assertRefused(await verify({ mfa_token, recovery_code: `no-${count}` }), 401, 'INVALID_MFA_CODE');
    assertRefused(await verify({ mfa_token, code: code(person) }), 429, 'RATE_LIMITED');
  });

  test('needs either a code or a recovery code', async () => {
    const mfa_token = await mfaTokenOf(api, await enrolled());
    for (const body of [{ mfa_token }, { mfa_token, code: '123456', recovery_code: 'x' }])
      assertRefused(await verify(body), 422, 'VALIDATION_ERROR');
  });
});

describe('the token of the second step', () => {
  test('does nothing else', async () => {
    const person = await enrolled();
    const token = await mfaTokenOf(api, person);
    const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    assert.equal(payload.aud, 'clicknback-mfa');
    assert.deepEqual(Object.keys(payload).sort(), ['aud', 'exp', 'iat', 'iss', 'pwd', 'sub']);
    assertRefused(await api('GET', '/users/me', { token }), 401, 'INVALID_TOKEN');
    assertRefused(await stepUp(token, { code: code(person) }), 401, 'INVALID_TOKEN');
    const refreshed = await api('POST', '/auth/refresh', { body: { refresh_token: token } });
    assertRefused(refreshed, 401, 'INVALID_REFRESH_TOKEN');
  });

  test('is not an access token, a refresh token or a text', async () => {
    const person = await enrolled();
    for (const mfa_token of [person.token, person.refreshToken, 'text'])
      assertRefused(await verify({ mfa_token, code: code(person) }), 401, 'INVALID_MFA_TOKEN');
  });

  test('is valid for five minutes', async () => {
    const person = await enrolled();
    const mfa_token = await mfaTokenOf(api, person);
    clock.advance({ seconds: 299 });
    const late = await mfaTokenOf(api, person);
    clock.advance({ seconds: 1 });
    assertRefused(await verify({ mfa_token, code: code(person) }), 401, 'INVALID_MFA_TOKEN');
    assert.equal((await verify({ mfa_token: late, code: code(person) })).status, 200);
    Object.assign(admin, { token: (await login(admin)).body.access_token });
  });

  test('ends with the password that it was issued for', async () => {
    const person = await enrolled();
    const mfa_token = await mfaTokenOf(api, person);
    const body = { current_password: PASSWORD, new_password: 'An0ther!Pass' };
    const changed = await api('PATCH', '/users/me/password', { token: person.token, body });
    assert.equal(changed.status, 204);
    assertRefused(await verify({ mfa_token, code: code(person) }), 401, 'INVALID_MFA_TOKEN');
  });

  test('is refused after a deactivation', async () => {
    const person = await enrolled();
    const mfa_token = await mfaTokenOf(api, person);
    await sql(`update users set active = false where id = '${person.id}'`);
    assertRefused(await verify({ mfa_token, code: code(person) }), 401, 'USER_INACTIVE');
  });
});

test('a password reset does not replace the second factor', async () => {
  const person = await enrolled();
  const { token } = await platform.platform.modules.auth.issueResetTokenOnServer(person.id);
  const body = { token, new_password: 'An0ther!Pass' };

  const answer = await api('POST', '/auth/password-reset', { body });

  assertRefused(answer, 401, 'MFA_REQUIRED');
  assert.equal(await me(person.token), 401);
  assertRefused(await login(person), 401, 'INVALID_CREDENTIALS');
  const { mfa_token } = answer.body.error.details;
  assert.equal((await verify({ mfa_token, code: code(person) })).status, 200);
});

describe('stepping up', () => {
  test('opens what asks for a fresh code to this session, for five minutes', async () => {
    const person = await enrolled();
    const { token } = person;
    const renew = async () => (await api('POST', '/auth/mfa/recovery-codes', { token })).status;
    assert.equal(await renew(), 201, 'the enrolment proved it');
    await forgetProof(person);
    assert.equal(await renew(), 403);
    assertRefused(await stepUp(token, { code: wrongCode(person.secret, clock()) }), 401, 'INVALID_MFA_CODE');
    assert.equal(await renew(), 403);

    assert.equal((await stepUp(token, { code: code(person) })).status, 204);

    assert.equal(await renew(), 201);
    const mfa_token = await mfaTokenOf(api, person);
    const second = (await verify({ mfa_token, code: code(person, 1) })).body.access_token;
    clock.advance({ minutes: 5 });
    assert.equal(await renew(), 201);
    clock.advance({ seconds: 1 });
    assert.equal(await renew(), 403);
    assert.equal((await api('POST', '/auth/mfa/recovery-codes', { token: second })).status, 403);
    assert.equal((await stepUp(second, { code: code(person) })).status, 204);
    assert.equal(await renew(), 403, 'of another session');
  });

  test('takes a code once, also at the same moment', async () => {
    const person = await enrolled();
    const body = { code: code(person) };
    const answers = await Promise.all(Array.from({ length: 6 }, () => stepUp(person.token, body)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [204, ...Array(5).fill(401)]);
  });

  test('needs a second factor', async () => {
    const { token } = await platform.registerStaff('finance');
    assertRefused(await stepUp(token, { code: '123456' }), 409, 'MFA_NOT_ENROLLED');
    assertRefused(await api('POST', '/auth/mfa/recovery-codes', { token }), 409, 'MFA_NOT_ENROLLED');
  });

  test('takes a recovery code, and replaced ones no more', async () => {
    const person = await enrolled();
    const { token } = person;
    const { recovery_codes } = (await api('POST', '/auth/mfa/recovery-codes', { token })).body;
    assert.equal(recovery_codes.length, 10);
    const [old] = person.recoveryCodes;
    assertRefused(await stepUp(token, { recovery_code: old }), 401, 'INVALID_MFA_CODE');
    assert.equal((await stepUp(token, { recovery_code: recovery_codes[0] })).status, 204);
  });
});

describe('removing it', () => {
  const remove = (token: string, body: unknown) => api('DELETE', '/auth/mfa', { token, body });

  test('takes a code, and logins need none any more', async () => {
    const person = await enrolled();
    assertRefused(
      await remove(person.token, { code: wrongCode(person.secret, clock()) }),
      401,
      'INVALID_MFA_CODE',
    );
    const mfa_token = await mfaTokenOf(api, person);

    assert.equal((await remove(person.token, { code: code(person) })).status, 204);

    assert.equal((await login(person)).status, 200);
    assertRefused(await verify({ mfa_token, code: code(person, 1) }), 409, 'MFA_NOT_ENROLLED');
    assert.equal((await eventsOf(person.id)).at(-1)?.action, 'mfa.removed');
    assert.deepEqual(await sql(`select * from recovery_codes where user_id = '${person.id}'`), []);
    clock.advance({ minutes: 6 });
    assert.equal(
      (await api('POST', '/auth/mfa', { token: person.token })).status,
      201,
      'no step-up is asked',
    );
    Object.assign(admin, { token: (await login(admin)).body.access_token });
  });
});

describe('secrets', () => {
  test('are stored encrypted or hashed, and are in no event, log line or idempotency record', async () => {
    const person = await platform.registerStaff('finance');
    const headers = { 'idempotency-key': 'enrolment' };
    const { secret } = (await api('POST', '/auth/mfa', { token: person.token, headers })).body;
    const body = { code: totpCode(secret, clock()) };
    const { recovery_codes } = (
      await api('POST', '/auth/mfa/confirmation', { token: person.token, body, headers })
    ).body;
    const mfa_token = await mfaTokenOf(api, person);
    await verify({ mfa_token, recovery_code: recovery_codes[0] });

    const tables = ['second_factors', 'recovery_codes', 'audit_logs', 'idempotency_keys', 'sessions'];
    const rows = await Promise.all(tables.map((table) => sql(`select t::text as row from ${table} t`)));
    const stored = rows.flat().map(({ row }) => String(row));
    assert.ok(stored.some((row) => row.includes(person.id)));
    for (const value of [secret, mfa_token, ...recovery_codes]) {
      assert.ok(!stored.some((row) => row.includes(value)), 'stored in clear');
      assert.ok(!lines.some((line) => line.includes(value)), 'logged');
    }
  });

  test('are encrypted again with the first key, and keep their values', async () => {
    const [oldKey] = platform.config.encryptionKeys;
    assert.ok(oldKey);
    const newKey = { id: 'new', key: randomBytes(32) };
    const person = await enrolled();
    const { secret: pending } = (await api('POST', '/auth/mfa', { token: person.token })).body;
    const [{ count } = {}] = await sql('select count(*) from second_factors');

    await assert.rejects(reencryptSecondFactors(database, [newKey]), /is not configured/);
    const counts = [
      await reencryptSecondFactors(database, [newKey, oldKey]),
      await reencryptSecondFactors(database, [newKey, oldKey]),
    ];

    assert.deepEqual(counts, [Number(count), 0]);
    const [row] = await sql(`select * from second_factors where user_id = '${person.id}'`);
    const { decrypt } = encryption([newKey]);
    const context = `second factor ${person.id}`;
    assert.equal(decrypt(String(row?.secret), context), person.secret);
    assert.equal(decrypt(String(row?.pending_secret), context), pending);
  });
});

/** Tokens of one second are the same, and share a limit. */
async function anotherToken(person: Person): Promise<string> {
  clock.advance({ seconds: 1 });
  return mfaTokenOf(api, person);
}

/** As if the session had proved its factor longer ago than a step-up lasts. */
async function forgetProof({ id }: Person): Promise<void> {
  await sql(
    `update sessions set factor_proven_at = factor_proven_at - interval '301 seconds' where user_id = '${id}'`,
  );
}
