import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { userInactive } from '../../../../src/core/caller.ts';
import { forbidden, rateLimited } from '../../../../src/core/errors.ts';
import { hostsOfApps } from '../../../../src/modules/identity/auth/app-hosts.ts';
import {
  invalidCredentials,
  invalidMfaCode,
  invalidMfaToken,
  mfaLocked,
  mfaNotEnrolled,
  staffOnly,
} from '../../../../src/modules/identity/auth/errors.ts';
import type { FactorService } from '../../../../src/modules/identity/auth/factors.ts';
import { factorRoutes } from '../../../../src/modules/identity/auth/factors-routes.ts';
import { sessionCookies } from '../../../../src/modules/identity/auth/session-cookies.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeCalls, fakeLimits } from '../../../support/fakes.ts';
import { assertRefused } from '../../../support/inject.ts';
import { assertViolations, IDS, serveRoutes, testAccess, testRefusals } from '../../../support/routes.ts';

const { calls, called, refuse } = fakeCalls();
const { limitRate, counted } = fakeLimits();
const CODES = ['aaaa-bbbb-cccc-dddd'];
const pair = {
  accessToken: 'access',
  accessTtlSeconds: 900,
  refreshToken: 'refresh',
  refreshTtlSeconds: 3600,
};
const api = await serveRoutes(
  factorRoutes({
    service: {
      verifyLogin: (...call) => called({ tokens: pair, email: 'a@b.co' }, ...call),
    },
    factors: fake<FactorService>({
      describe: ({ id }) => called({ enrolled: true, required: false, recoveryCodesLeft: 3 }, id),
      startEnrolment: ({ id }) => called({ secret: 'JBSW', uri: 'otpauth://totp/x' }, id),
      confirmEnrolment: ({ id, sessionId }, code) => called(CODES, id, sessionId, code),
      replaceRecoveryCodes: ({ id }) => called(CODES, id),
      stepUp: ({ id, sessionId }, proof) => called(undefined, id, sessionId, proof),
      removeFactor: ({ id }, proof) => called(undefined, id, proof),
    }),
    stepUp: { provePassword: ({ id, sessionId }, ...call) => called(undefined, id, sessionId, ...call) },
    devices: { issue: (email) => `device=${email}` },
    cookies: sessionCookies({ wallet: false, console: false }),
    requireHost: hostsOfApps('http://console.example.com'),
    limitRate,
  }),
);
const token = 'admin';

describe('access', () => {
  testAccess(api, 'GET', '/auth/mfa', ['user', 'admin']);
  testAccess(api, 'POST', '/auth/mfa', ['user', 'admin']);
  testAccess(api, 'POST', '/auth/mfa/confirmation', ['user', 'admin']);
  testAccess(api, 'POST', '/auth/mfa/step-up', ['user', 'admin']);
  testAccess(api, 'POST', '/auth/step-up', ['user', 'admin']);
  testAccess(api, 'POST', '/auth/mfa/recovery-codes', ['user', 'admin']);
  testAccess(api, 'DELETE', '/auth/mfa', ['user', 'admin']);
});

describe('POST /auth/mfa/verification', () => {
  const verify = (body: unknown) => api('POST', '/auth/mfa/verification', { body });
  const sound = { mfa_token: 'token', code: '123456' };

  test('needs no access token, answers the pair of tokens, and counts by MFA token', async () => {
    counted.length = 0;
    const answer = await verify(sound);
    const client = { userAgent: 'lightMyRequest', network: '127.0.0.0' };
    assertEqual(answer.body, { access_token: 'access', refresh_token: 'refresh', token_type: 'bearer' });
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.headers['set-cookie'], 'device=a@b.co');
    assertEqual(calls.at(-1), [
      'token',
      { code: '123456' },
      { client, app: null, requestId: answer.headers['x-request-id'] },
    ]);
    assertEqual(counted, [['second factor', 10, 'token']]);
  });

  test('gives an app its refresh token in a cookie alone', async () => {
    const answer = await verify({ ...sound, client: 'wallet' });
    assertEqual(answer.body, { access_token: 'access', token_type: 'bearer', expires_in: 900 });
    const [device, session] = answer.headers['set-cookie'] as string[];
    assert.equal(device, 'device=a@b.co');
    assert.match(String(session), /^cnb_wallet=refresh; Max-Age=3600; /);
    const [, , opening] = calls.at(-1) ?? [];
    assert.equal((opening as { app: string }).app, 'wallet');
  });

  test('refuses the console at another host than its own', async () => {
    assertRefused(await verify({ ...sound, client: 'console' }), 403, 'FORBIDDEN');
  });

  test('takes a recovery code instead', async () => {
    await verify({ mfa_token: 'token', recovery_code: 'AAAA-bbbb' });
    assertEqual(calls.at(-1)?.[1], { recoveryCode: 'AAAA-bbbb' });
  });

  testRefusals(() => verify(sound), refuse, [
    [401, invalidMfaToken()],
    [401, invalidMfaCode()],
    [401, userInactive()],
    [403, staffOnly()],
    [409, mfaNotEnrolled()],
    [429, mfaLocked({ retry_after_seconds: 60 })],
  ]);

  for (const [body, fields] of [
    [{}, ['mfa_token']],
    [{ mfa_token: 'token' }, ['code']],
    [{ ...sound, recovery_code: 'x' }, ['code']],
    [{ ...sound, code: '12345' }, ['code']],
    [{ ...sound, code: '１２３４５６' }, ['code']],
    [{ ...sound, code: 123456 }, ['code']],
    [{ mfa_token: 'token', recovery_code: '' }, ['recovery_code']],
    [{ ...sound, trust: true }, ['trust']],
  ] as const) {
    test(`refuses ${JSON.stringify(body)}`, async () => assertViolations(await verify(body), fields));
  }
});

test('GET /auth/mfa shows whether there is a factor, and how many recovery codes', async () => {
  const answer = await api('GET', '/auth/mfa', { token });
  assertEqual(answer.body, { enrolled: true, required: false, recovery_codes_left: 3 });
});

test('POST /auth/mfa answers 201 with the secret, which no cache keeps', async () => {
  const answer = await api('POST', '/auth/mfa', { token });
  assertEqual([answer.status, answer.body], [201, { secret: 'JBSW', otpauth_uri: 'otpauth://totp/x' }]);
  assert.equal(answer.headers['cache-control'], 'no-store');
});

describe('POST /auth/mfa/confirmation', () => {
  const confirm = (body: unknown) => api('POST', '/auth/mfa/confirmation', { token, body });

  test('answers the recovery codes, and counts by account', async () => {
    counted.length = 0;
    const answer = await confirm({ code: '123456' });
    assertEqual([answer.status, answer.body], [200, { recovery_codes: CODES }]);
    assertEqual(calls.at(-1), [IDS.admin, 'session', '123456']);
    assertEqual(counted, [['second factor', 10, IDS.admin]]);
  });

  test('takes no recovery code', async () => {
    assertViolations(await confirm({ recovery_code: 'x' }), ['code', 'recovery_code']);
  });

  testRefusals(() => confirm({ code: '123456' }), refuse, [
    [401, invalidMfaCode()],
    [409, mfaNotEnrolled()],
  ]);
});

describe('POST /auth/step-up', () => {
  const prove = (body: unknown) => api('POST', '/auth/step-up', { token, body });

  test('answers 204, and hands on the password and the address', async () => {
    assert.equal((await prove({ password: 'Str0ng!Pass' })).status, 204);
    assertEqual(calls.at(-1), [IDS.admin, 'session', 'Str0ng!Pass', '127.0.0.1']);
  });

  testRefusals(() => prove({ password: 'Wr0ng!Pass' }), refuse, [
    [401, invalidCredentials()],
    [429, rateLimited({ retry_after_seconds: 60 })],
  ]);

  test('needs a password', async () => assertViolations(await prove({}), ['password']));
});

test('POST /auth/mfa/recovery-codes answers 201 with new ones', async () => {
  const answer = await api('POST', '/auth/mfa/recovery-codes', { token });
  assertEqual([answer.status, answer.body], [201, { recovery_codes: CODES }]);
});

for (const [method, path, call] of [
  ['POST', '/auth/mfa/step-up', [IDS.admin, 'session', { code: '123456' }]],
  ['DELETE', '/auth/mfa', [IDS.admin, { code: '123456' }]],
] as const) {
  describe(`${method} ${path}`, () => {
    const ask = (body: unknown) => api(method, path, { token, body });

    test('answers 204, and counts by account', async () => {
      counted.length = 0;
      assert.equal((await ask({ code: '123456' })).status, 204);
      assertEqual(calls.at(-1), call);
      assertEqual(counted, [['second factor', 10, IDS.admin]]);
    });

    testRefusals(() => ask({ code: '123456' }), refuse, [
      [401, invalidMfaCode()],
      [403, forbidden({ reason: 'A sentence.' })],
      [409, mfaNotEnrolled()],
      [429, mfaLocked({ retry_after_seconds: 60 })],
    ]);

    test('needs a code or a recovery code', async () => assertViolations(await ask({}), ['code']));
  });
}
