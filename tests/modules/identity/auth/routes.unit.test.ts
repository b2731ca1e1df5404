import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tokenRevoked, userInactive } from '../../../../src/core/caller.ts';
import { forbidden, notFound, rateLimited, ruleViolation } from '../../../../src/core/errors.ts';
import { newId } from '../../../../src/core/id.ts';
import type { AccountService } from '../../../../src/modules/identity/auth/accounts.ts';
import { hostsOfApps } from '../../../../src/modules/identity/auth/app-hosts.ts';
import { deviceCookies } from '../../../../src/modules/identity/auth/device-cookies.ts';
import {
  expiredRefreshToken,
  invalidCredentials,
  invalidRefreshToken,
  invalidResetToken,
  staffOnly,
} from '../../../../src/modules/identity/auth/errors.ts';
import type { PasswordResetService } from '../../../../src/modules/identity/auth/password-reset.ts';
import { authRoutes } from '../../../../src/modules/identity/auth/routes.ts';
import type { AuthService } from '../../../../src/modules/identity/auth/service.ts';
import { sessionCookies } from '../../../../src/modules/identity/auth/session-cookies.ts';
import { lastActiveAdmin, passwordNotComplexEnough } from '../../../../src/modules/identity/users/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeCalls } from '../../../support/fakes.ts';
import { assertRefused } from '../../../support/inject.ts';
import { NOW, SHOPPER } from '../../../support/purchases-builders.ts';
import { assertViolations, IDS, serveRoutes, testAccess, testRefusals } from '../../../support/routes.ts';

const PASSWORD = 'Str0ng!Pass';
const NEW_PASSWORD = 'An0ther!Pass';
/** Of requests that are injected. */
const CLIENT = { userAgent: 'lightMyRequest', network: '127.0.0.0' };
const pair = {
  accessToken: 'access',
  accessTtlSeconds: 900,
  refreshToken: 'refresh',
  refreshTtlSeconds: 3600,
};
const shown = { access_token: 'access', refresh_token: 'refresh', token_type: 'bearer' };

const { calls, called, refuse } = fakeCalls();
const api = await serveRoutes(
  authRoutes({
    service: fake<AuthService>({
      login: (...call) => called(pair, ...call),
      refresh: (...call) => called(pair, ...call),
      logout: ({ id, sessionId }) => called(undefined, id, sessionId),
      logoutByToken: (...call) => called(undefined, 'by token', ...call),
    }),
    passwordResets: fake<PasswordResetService>({
      issueResetToken: (userId, { id }) => called({ token: 'secret', expiresAt: NOW }, userId, id),
      resetPassword: (...call) => called(pair, ...call),
    }),
    resetRequests: { requestReset: (...call) => called(undefined, 'reset', ...call) },
    accounts: fake<AccountService>({
      setUserActive: (userId, active, { id }) => called(undefined, userId, active, id),
      changePassword: ({ id, sessionId }, ...call) => called(undefined, id, sessionId, ...call),
    }),
    devices: deviceCookies({
      clock: () => NOW,
      encryptionKeys: [{ id: 'k', key: Buffer.alloc(32, 1) }],
      isSecure: true,
    }),
    cookies: sessionCookies({ wallet: true, console: false }),
    requireHost: hostsOfApps('http://localhost'),
  }),
);

describe('access', () => {
  testAccess(api, 'POST', '/auth/logout', ['user', 'admin']);
  testAccess(api, 'PATCH', '/users/me/password', ['user', 'admin']);
  testAccess(api, 'POST', `/users/${SHOPPER}/password-reset`, ['admin']);
  testAccess(api, 'PATCH', `/users/${SHOPPER}/status`, ['admin']);
});

describe('POST /auth/login', () => {
  const login = (body: unknown) => api('POST', '/auth/login', { body });
  const sound = { email: 'alice@example.com', password: PASSWORD };

  test('needs no token, and answers the pair of tokens, which no cache keeps', async () => {
    const answer = await login(sound);
    assert.equal(answer.status, 200);
    assertEqual(answer.body, shown);
    assert.equal(answer.headers['cache-control'], 'no-store');
    const origin = { address: '127.0.0.1', browser: undefined, client: CLIENT, app: null };
    assertEqual(calls.at(-1), [sound, origin, answer.headers['x-request-id']]);
  });

  test('sets a cookie by which the browser is known for this account alone', async () => {
    const answer = await login(sound);
    const cookie = String(answer.headers['set-cookie']);
    assert.match(
      cookie,
      /^clicknback_device=[\w.-]+; Max-Age=15552000; Path=\/api\/v1\/auth; HttpOnly; SameSite=Strict; Secure$/,
    );
    const headers = { cookie: `other=1; ${cookie.split(';')[0]}` };
    const browserOf = async (email: string) => {
      await api('POST', '/auth/login', { body: { ...sound, email }, headers });
      return (calls.at(-1) as [unknown, { browser?: string }])[1].browser;
    };
    assert.match(String(await browserOf(' ALICE@example.com ')), /^[\w-]{22}$/);
    assert.equal(await browserOf('bob@example.com'), undefined);
  });

  test('hands on the email in one spelling, and the network address', async () => {
    await login({ ...sound, email: ' ALICE@example.com ' });
    assertEqual(calls.at(-1)?.slice(0, 2), [
      sound,
      { address: '127.0.0.1', browser: undefined, client: CLIENT, app: null },
    ]);
  });

  testRefusals(() => login(sound), refuse, [
    [401, invalidCredentials()],
    [401, userInactive()],
    [429, rateLimited({ retry_after_seconds: 60 })],
  ]);

  for (const [body, fields] of [
    [{}, ['email', 'password']],
    [{ email: 'a@b.co' }, ['password']],
    [{ email: 1, password: 2 }, ['email', 'password']],
    [{ email: '', password: '' }, ['email', 'password']],
    [{ ...sound, role: 'admin' }, ['role']],
    [[], ['body']],
  ] as const) {
    test(`refuses ${JSON.stringify(body)}`, async () => {
      calls.length = 0;
      assertViolations(await login(body), fields);
      assertEqual(calls, []);
    });
  }
});

describe('an app', () => {
  const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' };
  const shownToApp = { access_token: 'access', token_type: 'bearer', expires_in: 900 };
  const sound = { email: 'alice@example.com', password: PASSWORD };
  const send = (path: string, body: object, headers: Record<string, string> = {}) => {
    calls.length = 0;
    return api('POST', path, { body, headers });
  };
  const cookieOf = (answer: { headers: Readonly<Record<string, unknown>> }) =>
    [answer.headers['set-cookie']].flat().at(-1);

  for (const [client, cookie] of [
    [
      'wallet',
      '__Secure-cnb_wallet=refresh; Max-Age=3600; Path=/api/v1/auth; HttpOnly; SameSite=Strict; Secure',
    ],
    ['console', 'cnb_console=refresh; Max-Age=3600; Path=/api/v1/auth; HttpOnly; SameSite=Strict'],
  ] as const) {
    const [name] = cookie.split('=');

    test(`${client} gets its refresh token from a login in a cookie alone`, async () => {
      const answer = await send('/auth/login', { ...sound, client });
      assertEqual([answer.status, answer.body, cookieOf(answer)], [200, shownToApp, cookie]);
      const [[, origin] = []] = calls;
      assert.equal((origin as { app: string }).app, client);
    });

    test(`${client} refreshes by its cookie`, async () => {
      const headers = { ...SAME_ORIGIN, cookie: `clicknback_device=x; ${name}=old; a=b` };
      const answer = await send('/auth/refresh', { client }, headers);
      assertEqual([answer.status, answer.body, cookieOf(answer)], [200, shownToApp, cookie]);
      const device = JSON.stringify(['lightMyRequest', '127.0.0.0']);
      assertEqual(calls, [['old', { app: client, device }, answer.headers['x-request-id']]]);
    });

    test(`${client} logs out by its cookie, which is removed`, async () => {
      const headers = { ...SAME_ORIGIN, cookie: `${name}=old` };
      const answer = await send('/auth/logout', { client }, headers);
      assert.equal(answer.status, 204);
      assertEqual(cookieOf(answer), cookie.replace('refresh', '').replace('3600', '0'));
      assertEqual(calls, [['by token', 'old', client, answer.headers['x-request-id']]]);
    });
  }

  test('logs out without a cookie too', async () => {
    assert.equal((await send('/auth/logout', { client: 'wallet' }, SAME_ORIGIN)).status, 204);
    assertEqual(calls, []);
  });

  for (const [title, cookie] of [
    ['no cookie', ''],
    ['the cookie of the other app', 'cnb_console=old'],
    ['two cookies of one name', '__Secure-cnb_wallet=old; __Secure-cnb_wallet=older'],
    ['a cookie without the prefix', 'cnb_wallet=old'],
    ['a value that is no token', '__Secure-cnb_wallet=a"b'],
  ] as const) {
    test(`is refused a refresh with ${title}`, async () => {
      const answer = await send('/auth/refresh', { client: 'wallet' }, { ...SAME_ORIGIN, cookie });
      assertRefused(answer, 401, 'INVALID_REFRESH_TOKEN');
      assertEqual(calls, []);
    });
  }

  for (const site of [undefined, 'same-site', 'cross-site', 'none', '']) {
    for (const path of ['/auth/refresh', '/auth/logout']) {
      test(`is refused ${path} if Sec-Fetch-Site is ${site ?? 'absent'}`, async () => {
        const headers = {
          cookie: '__Secure-cnb_wallet=old',
          ...(site !== undefined && { 'sec-fetch-site': site }),
        };
        assertRefused(await send(path, { client: 'wallet' }, headers), 403, 'CROSS_SITE_REQUEST');
        assertEqual(calls, []);
      });
    }
  }

  test('opens nothing else by its cookie', async () => {
    const headers = { ...SAME_ORIGIN, cookie: '__Secure-cnb_wallet=old' };
    const asked = [
      await api('PATCH', '/users/me/password', { headers, body: {} }),
      await api('POST', '/auth/logout', { headers, body: {} }),
    ];
    for (const answer of asked) assertRefused(answer, 401, 'INVALID_TOKEN');
    assertViolations(await api('POST', '/auth/refresh', { headers, body: {} }), ['refresh_token']);
  });

  test('is refused a login to the console at another host, and not to the wallet', async () => {
    const headers = { host: 'shop.example.com:8000' };
    assertRefused(await send('/auth/login', { ...sound, client: 'console' }, headers), 403, 'FORBIDDEN');
    assertEqual(calls, []);
    assert.equal((await send('/auth/login', { ...sound, client: 'wallet' }, headers)).status, 200);
    assert.equal((await send('/auth/login', sound, headers)).status, 200);
  });

  test('is one of the two', async () => {
    assertViolations(await send('/auth/login', { ...sound, client: 'shop' }), ['client']);
  });

  testRefusals(() => send('/auth/login', { ...sound, client: 'console' }), refuse, [[403, staffOnly()]]);
});

describe('POST /auth/refresh', () => {
  const refresh = (body: unknown) => api('POST', '/auth/refresh', { body });

  test('needs no token, and answers the next pair', async () => {
    const answer = await refresh({ refresh_token: 'old' });
    assertEqual([answer.status, answer.body], [200, shown]);
    const device = JSON.stringify(['lightMyRequest', '127.0.0.0']);
    assertEqual(calls.at(-1), ['old', { app: null, device }, answer.headers['x-request-id']]);
  });

  testRefusals(() => refresh({ refresh_token: 'old' }), refuse, [
    [401, invalidRefreshToken()],
    [401, expiredRefreshToken()],
    [401, tokenRevoked()],
    [401, userInactive()],
  ]);

  for (const [body, fields] of [
    [{}, ['refresh_token']],
    [{ refresh_token: 'x', client: 'wallet' }, ['refresh_token']],
    [{ refresh_token: '' }, ['refresh_token']],
    [{ refresh_token: 'x'.repeat(513) }, ['refresh_token']],
    [{ refresh_token: 'x', scope: 'all' }, ['scope']],
  ] as const) {
    test(`refuses ${JSON.stringify(body).slice(0, 40)}`, async () => {
      assertViolations(await refresh(body), fields);
    });
  }
});

describe('POST /auth/logout', () => {
  const logout = (request: { token?: string; body?: unknown }) => {
    calls.length = 0;
    return api('POST', '/auth/logout', request);
  };

  test('ends the session of the access token', async () => {
    const answer = await logout({ token: 'user' });
    assertEqual([answer.status, answer.body], [204, '']);
    assertEqual(calls, [[IDS.user, 'session']]);
  });

  test('ends the session of a refresh token without an access token', async () => {
    const answer = await logout({ body: { refresh_token: 'secret' } });
    assertEqual([answer.status, answer.body], [204, '']);
    assertEqual(calls, [['by token', 'secret', null, answer.headers['x-request-id']]]);
  });

  test('ends both if both are sent', async () => {
    assert.equal((await logout({ token: 'user', body: { refresh_token: 'secret' } })).status, 204);
    assert.equal(calls.length, 2);
  });

  test('needs one of them, and never ignores a faulty access token', async () => {
    assertRefused(await logout({}), 401, 'INVALID_TOKEN');
    assertRefused(await logout({ body: {} }), 401, 'INVALID_TOKEN');
    assertRefused(await logout({ token: 'forged', body: { refresh_token: 'secret' } }), 401, 'INVALID_TOKEN');
    assertEqual(calls, []);
  });

  for (const body of [{ refresh_token: '' }, { refresh_token: 7 }, { token: 'secret' }]) {
    test(`refuses ${JSON.stringify(body)}`, async () => {
      assertViolations(await logout({ body }), [Object.keys(body)[0] ?? '']);
    });
  }
});

describe('POST /users/{id}/password-reset', () => {
  const issue = (id: string) => api('POST', `/users/${id}/password-reset`, { token: 'admin' });

  test('answers 201 with the token, which no cache keeps', async () => {
    const answer = await issue(SHOPPER.toUpperCase());
    assert.equal(answer.status, 201);
    assertEqual(answer.body, { token: 'secret', expires_at: '2026-03-14T09:26:53Z' });
    assert.equal(answer.headers['cache-control'], 'no-store');
    assertEqual(calls.at(-1), [SHOPPER, IDS.admin]);
  });

  testRefusals(() => issue(SHOPPER), refuse, [
    [404, notFound('user', SHOPPER)],
    [403, forbidden({ reason: 'staff' })],
  ]);

  test('refuses an id that is no UUID', async () => assertViolations(await issue('me'), ['id']));
});

describe('POST /auth/password-reset-requests', () => {
  const request = (body: unknown) => api('POST', '/auth/password-reset-requests', { body });
  const sound = { email: 'alice@example.com' };

  test('needs no token, and answers 202', async () => {
    const answer = await request(sound);
    assertEqual([answer.status, answer.body], [202, { status: 'accepted' }]);
    assertEqual(calls.at(-1), ['reset', sound.email, '127.0.0.1']);
  });

  test('refuses what is no address', async () => {
    assertViolations(await request({ email: 'alice' }), ['email']);
  });

  testRefusals(() => request(sound), refuse, [[429, rateLimited()]]);
});

describe('POST /auth/password-reset', () => {
  const sound = { token: 'secret', new_password: NEW_PASSWORD };
  const reset = (body: unknown) => api('POST', '/auth/password-reset', { body });

  test('needs no token of a session, and answers a pair', async () => {
    const answer = await reset(sound);
    assertEqual([answer.status, answer.body], [200, shown]);
    const from = { address: '127.0.0.1', client: CLIENT, requestId: answer.headers['x-request-id'] };
    assertEqual(calls.at(-1), ['secret', NEW_PASSWORD, from]);
  });

  testRefusals(() => reset(sound), refuse, [
    [401, invalidResetToken()],
    [401, userInactive()],
    [400, passwordNotComplexEnough({ violations: [{ field: 'new_password', reason: 'must have a digit' }] })],
  ]);

  for (const [body, fields] of [
    [{}, ['new_password', 'token']],
    [{ ...sound, token: '' }, ['token']],
    [{ ...sound, new_password: 7 }, ['new_password']],
    [{ ...sound, user_id: SHOPPER }, ['user_id']],
  ] as const) {
    test(`refuses ${JSON.stringify(body)}`, async () => assertViolations(await reset(body), fields));
  }
});

describe('PATCH /users/me/password', () => {
  const sound = { current_password: PASSWORD, new_password: NEW_PASSWORD };
  const change = (body: unknown) => api('PATCH', '/users/me/password', { token: 'user', body });

  test('answers 204, and keeps the session of the token', async () => {
    const answer = await change(sound);
    assertEqual([answer.status, answer.body], [204, '']);
    const handedOn = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    assertEqual(calls.at(-1), [IDS.user, 'session', handedOn, '127.0.0.1']);
  });

  testRefusals(() => change(sound), refuse, [
    [401, invalidCredentials()],
    [
      400,
      passwordNotComplexEnough({
        violations: [{ field: 'new_password', reason: 'must differ from the current password' }],
      }),
    ],
  ]);

  for (const [body, fields] of [
    [{}, ['current_password', 'new_password']],
    [{ current_password: PASSWORD }, ['new_password']],
    [{ new_password: NEW_PASSWORD }, ['current_password']],
    [{ ...sound, current_password: '' }, ['current_password']],
    [{ ...sound, new_password: 7 }, ['new_password']],
    [{ ...sound, user_id: 'x' }, ['user_id']],
  ] as const) {
    test(`refuses ${JSON.stringify(body)}`, async () => assertViolations(await change(body), fields));
  }
});

describe('PATCH /users/{id}/status', () => {
  const patch = (body: unknown, id: string = SHOPPER) =>
    api('PATCH', `/users/${id}/status`, { token: 'admin', body });

  for (const [status, active] of [
    ['active', true],
    ['inactive', false],
  ] as const) {
    test(`answers the new status ${status}, whatever the case of the id`, async () => {
      const answer = await patch({ status }, SHOPPER.toUpperCase());
      assertEqual([answer.status, answer.body], [200, { id: SHOPPER, status }]);
      assertEqual(calls.at(-1), [SHOPPER, active, IDS.admin]);
    });
  }

  testRefusals(() => patch({ status: 'inactive' }), refuse, [
    [400, ruleViolation({ violations: [{ field: 'status', reason: 'must not be inactive' }] })],
    [404, notFound('user', newId())],
    [409, lastActiveAdmin({ user_id: SHOPPER })],
  ]);

  for (const [body, fields] of [
    [{}, ['status']],
    [{ status: 'paused' }, ['status']],
    [{ status: true }, ['status']],
    [{ active: false }, ['active', 'status']],
  ] as const) {
    test(`refuses ${JSON.stringify(body)}`, async () => assertViolations(await patch(body), fields));
  }
});
