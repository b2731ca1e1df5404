import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEFAULTS } from '../../../../src/modules/outbound/notifications/model.ts';
import {
  isMorning,
  mondayOf,
  moneyEventOf,
  preferencesOf,
  rewardTemplateOf,
} from '../../../../src/modules/outbound/notifications/policies.ts';

describe('the preferences of a user', () => {
  test('are the defaults until the user chooses', () => {
    assert.deepEqual(preferencesOf(undefined), DEFAULTS);
    assert.equal(DEFAULTS.cashback_recorded, false);
    assert.equal(DEFAULTS.weekly_summary, false);
  });

  test('are what was chosen, and the default of everything else', () => {
    const choices = {
      cashback_recorded: true,
      cashback_available: false,
      weekly_summary: null,
      payouts_waiting: null,
    };
    assert.deepEqual(preferencesOf(choices), {
      cashback_recorded: true,
      cashback_available: false,
      weekly_summary: false,
      payouts_waiting: true,
    });
  });
});

describe('an event of money', () => {
  const event = (action: string, details: object) =>
    moneyEventOf({ id: 'e', action, resourceId: 'r', details });
  const reward = { user_id: 'u', cashback_amount: '1.05', amount: '20.00', currency: 'EUR' };

  test('has the reward of a purchase, or the amount of a payout', () => {
    assert.deepEqual(event('purchase.confirmed', reward), {
      id: 'e',
      action: 'purchase.confirmed',
      resourceId: 'r',
      userId: 'u',
      amount: { minor: 105n, currency: 'EUR' },
    });
    assert.deepEqual(event('payout.requested', reward)?.amount, { minor: 2_000n, currency: 'EUR' });
  });

  test('is none without a reward, or while the reward awaits its release', () => {
    assert.equal(event('purchase.recorded', { ...reward, cashback_amount: '0.00' }), undefined);
    assert.equal(event('purchase.confirmed', { ...reward, awaiting_release: true }), undefined);
    assert.ok(event('purchase.reward_released', reward));
  });

  test('belongs to the mail about what the reward became', () => {
    assert.equal(rewardTemplateOf('purchase.recorded'), 'cashback-recorded');
    assert.equal(rewardTemplateOf('purchase.confirmed'), 'cashback-available');
    assert.equal(rewardTemplateOf('purchase.reward_released'), 'cashback-available');
    assert.equal(rewardTemplateOf('payout.requested'), undefined);
  });
});

test('mails of the morning are written from six o’clock on, in UTC', () => {
  assert.ok(!isMorning(Temporal.Instant.from('2026-03-02T05:59:59Z')));
  assert.ok(isMorning(Temporal.Instant.from('2026-03-02T06:00:00Z')));
});

test('a week begins on Monday, in UTC', () => {
  const mondays = ['2026-03-02T00:00:00Z', '2026-03-08T23:59:59Z', '2026-03-09T00:00:00Z'].map((instant) =>
    mondayOf(Temporal.Instant.from(instant)).toString(),
  );
  assert.deepEqual(mondays, ['2026-03-02', '2026-03-02', '2026-03-09']);
});
