import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { userInactive } from '../../../../src/core/caller.ts';
import { notFound, rateLimited } from '../../../../src/core/errors.ts';
import { newId } from '../../../../src/core/id.ts';
import { accountRoutes } from '../../../../src/modules/identity/auth/account-routes.ts';
import type { EmailProofService } from '../../../../src/modules/identity/auth/email-proofs.ts';
import {
  invalidCredentials,
  invalidVerificationToken,
  mailNotConfigured,
} from '../../../../src/modules/identity/auth/errors.ts';
import type { OpenSession } from '../../../../src/modules/identity/auth/model.ts';
import type { OpenSessionService } from '../../../../src/modules/identity/auth/open-sessions.ts';
import { emailAlreadyRegistered } from '../../../../src/modules/identity/users/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeCalls } from '../../../support/fakes.ts';
import { NOW, SHOPPER } from '../../../support/purchases-builders.ts';
import { assertViolations, IDS, serveRoutes, testAccess, testRefusals } from '../../../support/routes.ts';

const SESSION = newId();
const open: OpenSession = {
  id: SESSION,
  createdAt: NOW,
  lastUsedAt: NOW.add({ hours: 1 }),
  userAgent: 'curl/8.5.0',
  network: '203.0.113.0',
};
// The session of the callers of `serveRoutes`, opened by an older version.
const current: OpenSession = { ...open, id: 'session', userAgent: null, network: null };

const { calls, called, refuse } = fakeCalls();
const api = await serveRoutes(
  accountRoutes({
    proofs: fake<EmailProofService>({
      requestProof: ({ id }, ...call) => called(undefined, id, ...call),
      requestChange: ({ id }, ...call) => called(undefined, id, ...call),
      prove: (...call) => called('alice@example.com', ...call),
    }),
    sessions: fake<OpenSessionService>({
      listSessions: (...call) => called([open, current], ...call),
      endSession: (id, caller) => called(undefined, id, caller.id),
      endSessions: ({ id }, ...call) => called(undefined, id, ...call),
    }),
  }),
);
const token = 'user';

describe('access', () => {
  testAccess(api, 'POST', '/users/me/email-verification', ['user', 'admin']);
  testAccess(api, 'POST', '/users/me/email', ['user', 'admin']);
  testAccess(api, 'GET', '/users/me/sessions', ['user', 'admin']);
  testAccess(api, 'DELETE', '/users/me/sessions', ['user', 'admin']);
  testAccess(api, 'DELETE', `/users/me/sessions/${SESSION}`, ['user', 'admin']);
  testAccess(api, 'GET', `/users/${SHOPPER}/sessions`, ['admin']);
});

describe('POST /users/me/email-verification', () => {
  const request = () => api('POST', '/users/me/email-verification', { token });

  test('answers 202', async () => {
    const answer = await request();
    assertEqual([answer.status, answer.body], [202, { status: 'accepted' }]);
    assertEqual(calls.at(-1), [IDS.user, '127.0.0.1']);
  });

  testRefusals(request, refuse, [
    [503, mailNotConfigured()],
    [429, rateLimited()],
  ]);
});

describe('POST /users/me/email', () => {
  const body = { new_email: 'new@example.com', password: 'Str0ng!Pass' };
  const request = (sent: unknown = body) => api('POST', '/users/me/email', { token, body: sent });

  test('answers 202, and passes the address and the password', async () => {
    assert.equal((await request()).status, 202);
    assertEqual(calls.at(-1), [
      IDS.user,
      { newEmail: 'new@example.com', password: 'Str0ng!Pass' },
      '127.0.0.1',
    ]);
  });

  test('refuses what is no address, and a missing password', async () => {
    assertViolations(await request({ new_email: 'new' }), ['new_email', 'password']);
  });

  testRefusals(request, refuse, [
    [401, invalidCredentials()],
    [409, emailAlreadyRegistered({ email: body.new_email })],
    [503, mailNotConfigured()],
  ]);
});

describe('POST /auth/email-verification', () => {
  const prove = () => api('POST', '/auth/email-verification', { body: { token: 'secret' } });

  test('needs no token of a session, and answers the address', async () => {
    const answer = await prove();
    assertEqual(answer.body, { email: 'alice@example.com' });
    assertEqual(calls.at(-1), ['secret', answer.headers['x-request-id']]);
  });

  testRefusals(prove, refuse, [
    [401, invalidVerificationToken()],
    [401, userInactive()],
    [409, emailAlreadyRegistered({ email: 'alice@example.com' })],
  ]);
});

describe('the list of sessions', () => {
  const shown = {
    id: SESSION,
    device: 'curl',
    user_agent: 'curl/8.5.0',
    address: '203.0.113.0',
    created_at: '2026-03-14T09:26:53Z',
    last_used_at: '2026-03-14T10:26:53Z',
    current: false,
  };
  const own = { ...shown, id: 'session', device: null, user_agent: null, address: null, current: true };

  test('shows devices, and which session is the present one', async () => {
    assertEqual((await api('GET', '/users/me/sessions', { token })).body, { data: [shown, own] });
    assertEqual(calls.at(-1), [IDS.user]);
  });

  test('of a user is for administrators', async () => {
    await api('GET', `/users/${SHOPPER}/sessions`, { token: 'admin' });
    assertEqual(calls.at(-1), [SHOPPER]);
  });
});

describe('ending sessions', () => {
  test('of all or of the others', async () => {
    assert.equal((await api('DELETE', '/users/me/sessions', { token })).status, 204);
    assertEqual(calls.at(-1), [IDS.user, { keepsCurrent: false }]);
    await api('DELETE', '/users/me/sessions?others=true', { token });
    assertEqual(calls.at(-1), [IDS.user, { keepsCurrent: true }]);
  });

  const endOne = () => api('DELETE', `/users/me/sessions/${SESSION}`, { token });

  test('or one', async () => {
    assert.equal((await endOne()).status, 204);
    assertEqual(calls.at(-1), [SESSION, IDS.user]);
  });

  testRefusals(endOne, refuse, [[404, notFound('session', SESSION)]]);
});
