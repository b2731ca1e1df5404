import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { notFound } from '../../../../src/core/errors.ts';
import { explain } from '../../../../src/modules/insight/purchase-timeline/explanation.ts';
import { timelineRoutes } from '../../../../src/modules/insight/purchase-timeline/routes.ts';
import type { Timeline, TimelineService } from '../../../../src/modules/insight/purchase-timeline/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeCalls } from '../../../support/fakes.ts';
import { aReward, NOW, STRANGER } from '../../../support/purchases-builders.ts';
import { assertViolations, IDS, serveRoutes, testAccess, testRefusals } from '../../../support/routes.ts';
import { anEntry, someFacts } from '../../../support/timeline-builders.ts';

const facts = someFacts({ partnerId: STRANGER, partnerName: 'Northwind Network', orderKey: '1001' });
const reward = aReward({ uncappedAmount: 2_50n, amount: 2_50n });
const actor = { type: 'partner', id: STRANGER, label: 'Northwind Network' } as const;
const bare = { actor, reason: null, evidence: { rules: 'self_report' }, entry: null, requestId: null };
const timeline: Timeline = {
  facts,
  amount: 50_00n,
  reward,
  explanation: explain(facts, 50_00n, reward),
  next: { confirmsOn: '2026-04-13', blockedBy: [], isLate: false },
  witnesses: [{ kind: 'shopper', partnerId: null, externalId: 'own-1', amount: 49_00n, reportedAt: NOW }],
  events: [
    { ...bare, at: NOW, kind: 'recorded', entry: anEntry(), requestId: 'r-1' },
    { ...bare, at: NOW, kind: 'held' },
  ],
  payouts: [{ id: STRANGER, amount: 9_00n, status: 'completed', settledAt: NOW, coveredAmount: 1_00n }],
  allowed: [{ action: 'confirm', pendingAfter: 0n, availableAfter: 2_50n }],
};

const { calls, called, refuse } = fakeCalls();
const service = fake<TimelineService>({ getTimeline: (...query) => called(timeline, ...query) });
const api = await serveRoutes(timelineRoutes(service));
const path = `/purchases/${facts.id}/timeline`;
const ownPath = `/users/me/purchases/${facts.id}`;

testAccess(api, 'GET', path, ['admin']);
testAccess(api, 'GET', ownPath, ['user', 'admin']);

describe('GET /purchases/{id}/timeline', () => {
  test('answers what touched the purchase, and the reward explained', async () => {
    const { body } = await api('GET', path, { token: 'admin' });
    assertEqual(body.purchase.external_id, 'order-1');
    assertEqual(body.purchase.partner_name, 'Northwind Network');
    assertEqual(body.reward, {
      type: 'percent',
      value: 5,
      exact: '2.50',
      uncapped_amount: '2.50',
      limited_by: null,
      monthly_cap: null,
      cap_month: null,
      amount: '2.50',
      status: 'pending',
      reproduced: true,
      explanation: timeline.explanation.text,
    });
    assertEqual(body.sources, [
      {
        source: 'shopper',
        partner_id: null,
        external_id: 'own-1',
        amount: '49.00',
        reported_at: '2026-03-14T09:26:53Z',
      },
    ]);
    assertEqual(body.events[0], {
      at: '2026-03-14T09:26:53Z',
      kind: 'recorded',
      actor: { type: 'partner', id: STRANGER, label: 'Northwind Network' },
      reason: null,
      evidence: { rules: 'self_report' },
      entry: {
        sequence: 1,
        from: 'platform',
        to: 'pending',
        amount: '2.50',
        pending_after: '2.50',
        available_after: '0.00',
        paid_after: '0.00',
      },
      request_id: 'r-1',
    });
    assertEqual(body.next, { confirms_on: '2026-04-13', blocked_by: [], is_late: false });
    assertEqual(body.payouts, [
      { id: STRANGER, covered_amount: '1.00', status: 'completed', settled_at: '2026-03-14T09:26:53Z' },
    ]);
    assertEqual(body.allowed, [{ action: 'confirm', pending_after: '0.00', available_after: '2.50' }]);
    assertEqual(calls.at(-1), [facts.id]);
  });

  testRefusals(() => api('GET', path, { token: 'admin' }), refuse, [[404, notFound('purchase', facts.id)]]);
});

describe('GET /users/me/purchases/{id}', () => {
  test('answers the part of the shopper, for the caller', async () => {
    const { body } = await api('GET', ownPath, { token: 'user' });
    assertEqual(body.events, [{ at: '2026-03-14T09:26:53Z', kind: 'recorded' }]);
    assertEqual(body.next, { confirms_on: '2026-04-13', is_late: false });
    assert.ok(!JSON.stringify(body).includes('Northwind'));
    assertEqual(calls.at(-1), [facts.id, IDS.user]);
  });

  test('promises no day that is over', async () => {
    const late = { ...timeline, next: { ...timeline.next, isLate: true } };
    const lateApi = await serveRoutes(timelineRoutes({ getTimeline: async () => late }));
    const { body } = await lateApi('GET', ownPath, { token: 'user' });
    assertEqual(body.next, { confirms_on: null, is_late: true });
  });

  test('refuses an id that is no UUID', async () => {
    assertViolations(await api('GET', '/users/me/purchases/1', { token: 'user' }), ['id']);
  });
});
