import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rateLimited } from '../../../../src/core/errors.ts';
import { invalidCredentials } from '../../../../src/modules/identity/auth/index.ts';
import { lastActiveAdmin } from '../../../../src/modules/identity/users/index.ts';
import { accountHasMoney, payoutUnderWay } from '../../../../src/modules/insight/personal-data/errors.ts';
import { personalDataRoutes } from '../../../../src/modules/insight/personal-data/routes.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fakeCalls } from '../../../support/fakes.ts';
import { NOW } from '../../../support/purchases-builders.ts';
import { assertViolations, IDS, serveRoutes, testAccess, testRefusals } from '../../../support/routes.ts';

const { calls, called, refuse } = fakeCalls();
const data = { profile: [{ id: IDS.user, email: 'alice@example.com' }], mails: [] };
const api = await serveRoutes(
  personalDataRoutes({
    exportOf: (id) => called({ exportedAt: NOW, data }, id),
    erase: ({ id }, ...call) => called(undefined, id, ...call),
  }),
);
const token = 'user';
const erase = (body: unknown) => api('DELETE', '/users/me', { token, body });

testAccess(api, 'GET', '/users/me/export', ['user', 'admin']);
testAccess(api, 'DELETE', '/users/me', ['user', 'admin']);

test('GET /users/me/export answers every section', async () => {
  const answer = await api('GET', '/users/me/export', { token });
  assertEqual(answer.body, { exported_at: '2026-03-14T09:26:53Z', data });
  assertEqual(calls.at(-1), [IDS.user]);
});

describe('DELETE /users/me', () => {
  test('forfeits nothing by default', async () => {
    assert.equal((await erase({ password: 'Str0ng!Pass' })).status, 204);
    assertEqual(calls.at(-1), [IDS.user, { password: 'Str0ng!Pass', forfeits: false }, '127.0.0.1']);
    await erase({ password: 'Str0ng!Pass', forfeit: true });
    assertEqual(calls.at(-1), [IDS.user, { password: 'Str0ng!Pass', forfeits: true }, '127.0.0.1']);
  });

  test('needs the password', async () => {
    assertViolations(await erase({}), ['password']);
  });

  testRefusals(() => erase({ password: 'x' }), refuse, [
    [401, invalidCredentials()],
    [429, rateLimited()],
    [409, payoutUnderWay({ payout_ids: [] })],
    [409, accountHasMoney({ balances: [] })],
    [409, lastActiveAdmin({ user_id: IDS.user })],
  ]);
});
