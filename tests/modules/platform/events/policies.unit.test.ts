import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { typesOf } from '../../../../src/modules/platform/events/policies.ts';

describe('patterns of event types', () => {
  const ofFeed = ['purchase.recorded', 'purchase.held', 'purchases_report.made', 'payout.failed'];

  for (const [patterns, types] of [
    [[], []],
    [['*'], ['purchase.recorded', 'purchase.held', 'purchases_report.made', 'payout.failed']],
    [['purchase.*'], ['purchase.recorded', 'purchase.held']],
    [
      ['payout.*', 'purchase.held', 'payout.failed'],
      ['payout.failed', 'purchase.held'],
    ],
    [['login.refused'], ['login.refused']],
  ] as const) {
    test(`${JSON.stringify(patterns)} mean ${JSON.stringify(types)}`, () =>
      assert.deepEqual(typesOf(patterns, ofFeed), types));
  }
});
