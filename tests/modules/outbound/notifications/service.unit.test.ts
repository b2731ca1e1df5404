import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEFAULTS } from '../../../../src/modules/outbound/notifications/model.ts';
import type { NotificationRepository } from '../../../../src/modules/outbound/notifications/repository.ts';
import { notificationService } from '../../../../src/modules/outbound/notifications/service.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';

const NOTHING = {
  cashback_recorded: null,
  cashback_available: null,
  weekly_summary: null,
  payouts_waiting: null,
};

function serviceWith(repository: Partial<NotificationRepository>) {
  const { kernel } = fakeKernel();
  return notificationService({ ...kernel, repository: fake<NotificationRepository>(repository) });
}

describe('the notifications of a user', () => {
  test('are the defaults without a choice', async () => {
    const service = serviceWith({ findChoices: async () => undefined });
    assert.deepEqual(await service.getPreferences('user'), DEFAULTS);
  });

  test('change where the user chooses', async () => {
    const service = serviceWith({
      putChoices: async (_trx, _user, change) => ({
        ...NOTHING,
        weekly_summary: change.weekly_summary ?? null,
      }),
    });
    const preferences = await service.changePreferences('user', { weekly_summary: true });
    assert.deepEqual(preferences, { ...DEFAULTS, weekly_summary: true });
  });

  test('end by a link for one kind', async () => {
    const changes: unknown[] = [];
    const service = serviceWith({
      putChoices: async (_trx, user, change) => {
        changes.push([user, change]);
        return NOTHING;
      },
    });
    await service.unsubscribe('user', 'cashback_available');
    assert.deepEqual(changes, [['user', { cashback_available: false }]]);
  });
});
