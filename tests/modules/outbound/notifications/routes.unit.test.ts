import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEFAULTS } from '../../../../src/modules/outbound/notifications/model.ts';
import { notificationRoutes } from '../../../../src/modules/outbound/notifications/routes.ts';
import { assertViolations, IDS, serveRoutes, testAccess } from '../../../support/routes.ts';

const asked: unknown[] = [];
const api = await serveRoutes(
  notificationRoutes({
    getPreferences: async (userId) => {
      asked.push(userId);
      return DEFAULTS;
    },
    changePreferences: async (userId, change) => {
      asked.push([userId, change]);
      return { ...DEFAULTS, weekly_summary: change.weekly_summary ?? false };
    },
  }),
);

describe('/users/me/notifications', () => {
  testAccess(api, 'GET', '/users/me/notifications', ['user', 'admin']);

  test('shows and changes those of the caller', async () => {
    asked.length = 0;
    assert.deepEqual((await api('GET', '/users/me/notifications', { token: 'user' })).body, DEFAULTS);
    const body = { weekly_summary: true };
    const answer = await api('PATCH', '/users/me/notifications', { token: 'user', body });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, { ...DEFAULTS, weekly_summary: true });
    assert.deepEqual(asked, [IDS.user, [IDS.user, body]]);
  });

  test('refuses what cannot be chosen, and a change of nothing', async () => {
    const change = (body: object) => api('PATCH', '/users/me/notifications', { token: 'user', body });
    assertViolations(await change({ payout_failed: false }), ['payout_failed']);
    assertViolations(await change({ weekly_summary: 'no' }), ['weekly_summary']);
    assert.equal((await change({})).status, 422);
  });
});
