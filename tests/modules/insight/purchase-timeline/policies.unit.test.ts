import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type {
  Entry,
  Facts,
  PayoutFacts,
  Recorded,
} from '../../../../src/modules/insight/purchase-timeline/model.ts';
import {
  allowedOf,
  coverageOf,
  nextOf,
  timelineOf,
} from '../../../../src/modules/insight/purchase-timeline/policies.ts';
import { NOW } from '../../../support/purchases-builders.ts';
import { anEntry, someFacts } from '../../../support/timeline-builders.ts';

const actor = { type: 'admin', id: null, label: 'carol@example.com' } as const;

const event = (action: string, hours: number, details: Recorded['details'] = {}): Recorded => ({
  at: NOW.add({ hours }),
  action: `purchase.${action}`,
  actor,
  details,
  requestId: 'r-1',
});

describe('the timeline', () => {
  const facts = someFacts({ holdReasons: [{ rule: 'self_report', evidence: { reported_by: 'user' } }] });
  const revisions = [{ id: 'revision-1', seq: 1, amount: 50_00n, uncappedAmount: 2_50n, reward: 2_50n }];
  const credit = anEntry({ sequence: 1n, type: 'cashback_credit', sourceId: facts.id });
  const confirmation = anEntry({ sequence: 2n, type: 'cashback_confirmation', sourceId: facts.id });
  const raised = anEntry({ sequence: 3n, type: 'cashback_credit', sourceId: 'revision-1' });
  const raisedToo = anEntry({ sequence: 4n, type: 'cashback_confirmation', sourceId: 'revision-1' });
  const reversal = anEntry({
    sequence: 5n,
    type: 'cashback_reversal',
    sourceId: facts.id,
    createdAt: NOW.add({ hours: 9 }),
  });

  const shown = (recorded: readonly Recorded[], entries: readonly Entry[]) =>
    timelineOf(recorded, entries, revisions, facts).map(({ kind, actor: by, entry, reason }) =>
      `${kind} ${by.type} ${entry?.sequence ?? '-'} ${reason ?? ''}`.trim(),
    );

  test('has each entry under the event that made it, once', () => {
    const recorded = [
      event('recorded', 0),
      event('held', 0),
      event('released', 1),
      event('confirmed', 2, { from: 'pending' }),
      event('amended', 3, { revision: 1, reason: 'one more' }),
      event('reversed', 4, { reason: 'returned' }),
    ];
    assert.deepEqual(shown(recorded, [credit, confirmation, raised, raisedToo, reversal]), [
      'recorded admin 1',
      'held admin -',
      'released admin -',
      'confirmed admin 2',
      'amended admin 3 one more',
      'entry admin 4',
      'reversed admin 5 returned',
    ]);
  });

  test('gives a confirmation that had to wait its entry at the release', () => {
    const recorded = [event('confirmed', 1, { awaiting_release: true }), event('reward_released', 2)];
    assert.deepEqual(shown(recorded, [confirmation]), ['confirmed admin -', 'reward_released admin 2']);
  });

  test('shows an entry that no event names, in its place', () => {
    assert.deepEqual(shown([event('recorded', 0), event('reversed', 12)], [credit, raised, reversal]), [
      'recorded admin 1',
      'entry system 3',
      'reversed admin 5',
    ]);
  });

  test('has the reasons of a hold as its evidence, otherwise the details', () => {
    const [held, amended] = timelineOf(
      [event('held', 0, { rules: 'self_report' }), event('amended', 1, { revision: 7 })],
      [],
      revisions,
      facts,
    );
    assert.deepEqual([held?.evidence, amended?.evidence], [facts.holdReasons, { revision: 7 }]);
  });
});

describe('what comes next', () => {
  const next = (fields: Partial<Facts>, isSwitchedOn = true, today = '2026-04-13') =>
    nextOf(someFacts(fields), { defaultDays: 30, isSwitchedOn, today });

  test('is the day on which a pending purchase is confirmed automatically', () => {
    assert.deepEqual(next({}), { confirmsOn: '2026-04-13', blockedBy: [], isLate: false });
    assert.equal(next({ confirmationDays: 1 }).confirmsOn, '2026-03-15');
  });

  test('is what keeps it from that', () => {
    const blocked = { held: true, hasPendingLine: true, isUserActive: false, isMerchantActive: false };
    const all = ['held', 'pending_lines', 'switched_off', 'user_inactive', 'merchant_inactive'];
    assert.deepEqual(next(blocked, false), { confirmsOn: null, blockedBy: all, isLate: false });
    const awaiting = { confirmsOn: null, blockedBy: ['daily_ceiling'], isLate: true };
    assert.deepEqual(next({ status: 'confirmed', isAwaitingRelease: true }), awaiting);
  });

  test('is late when its day is over, whatever blocks it', () => {
    for (const fields of [{}, { held: true }])
      assert.deepEqual([next(fields).isLate, next(fields, true, '2026-04-14').isLate], [false, true]);
  });

  test('is nothing for a settled purchase', () => {
    for (const status of ['confirmed', 'reversed'] as const)
      assert.deepEqual(next({ status, held: true }, true, '2027-01-01'), {
        confirmsOn: null,
        blockedBy: [],
        isLate: false,
      });
  });
});

test('what is allowed states the balances after it', () => {
  const allowed = (fields: Partial<Facts>) =>
    allowedOf(someFacts({ wallet: { id: '', pending: 5_00n, available: 1_00n }, ...fields }), 2_00n).map(
      ({ action, pendingAfter, availableAfter }) => `${action} ${pendingAfter} ${availableAfter}`,
    );
  assert.deepEqual(allowed({}), ['confirm 300 300', 'reverse 300 100']);
  assert.deepEqual(allowed({ held: true }), ['confirm 300 300', 'release 500 100', 'reverse 300 100']);
  assert.deepEqual(allowed({ status: 'confirmed' }), ['reverse 500 -100']);
  assert.deepEqual(allowed({ status: 'confirmed', isAwaitingRelease: true }), ['reverse 300 100']);
  assert.deepEqual(allowed({ status: 'reversed' }), []);
});

describe('an available reward is paid first in, first out', () => {
  const payout = (id: string, amount: bigint): PayoutFacts => ({
    id,
    amount,
    status: 'completed',
    settledAt: null,
  });
  const covered = (reward: bigint, before: bigint, ...payouts: readonly PayoutFacts[]) =>
    coverageOf(reward, { amount: reward, availableAfter: before + reward }, payouts).map(
      ({ id, coveredAmount }) => `${id} ${coveredAmount}`,
    );

  test('by the payouts that are left when what was there before is gone', () => {
    assert.deepEqual(covered(3_00n, 5_00n, payout('a', 4_00n)), []);
    assert.deepEqual(covered(3_00n, 5_00n, payout('a', 4_00n), payout('b', 2_00n), payout('c', 9_00n)), [
      'b 100',
      'c 200',
    ]);
    assert.deepEqual(covered(3_00n, 0n, payout('a', 3_00n), payout('b', 1_00n)), ['a 300']);
  });

  test('where the shopper owed something before, as if nothing was there', () => {
    assert.deepEqual(covered(3_00n, -1_00n, payout('a', 2_00n)), ['a 200']);
  });
});
