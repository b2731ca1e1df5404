import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Exchange } from '../../../../src/core/outbound/exchange.ts';
import type { Health, Verdict } from '../../../../src/modules/outbound/webhooks/model.ts';
import {
  covers,
  healthAfter,
  isWorthWriting,
  requireAllowedUrl,
  requireReplayable,
  requireRoom,
  requireVisible,
  verdictOf,
  verdictsByEndpoint,
} from '../../../../src/modules/outbound/webhooks/policies.ts';
import { assertEqual } from '../../../support/equality.ts';
import { PARTNER } from '../../../support/partner-builders.ts';
import { NOW } from '../../../support/purchases-builders.ts';
import {
  anAttempt,
  anEndpoint,
  aTakenDelivery,
  ENDPOINT,
  HEALTHY,
} from '../../../support/webhook-builders.ts';

const answered = (status: number, retryAfter?: string): Exchange => ({ status, body: '', retryAfter });
const chance = { now: NOW, random: 0 };
const secondsLater = (seconds: number) => NOW.add({ milliseconds: seconds * 1_000 });

describe('a pattern of event types', () => {
  for (const [pattern, type, expected] of [
    ['*', 'purchase.confirmed', true],
    ['purchase.*', 'purchase.confirmed', true],
    ['purchase.*', 'purchase_hold.opened', false],
    ['purchase.confirmed', 'purchase.confirmed', true],
    ['purchase.confirmed', 'purchase.confirmed_again', false],
    ['payout.*', 'purchase.confirmed', false],
  ] as const) {
    test(`${pattern} ${expected ? 'covers' : 'does not cover'} ${type}`, () =>
      assert.equal(covers(pattern, type), expected));
  }
});

describe('an endpoint', () => {
  test('is visible to administrators, and to the partner that it belongs to', () => {
    const ofPartner = anEndpoint({ partnerId: PARTNER });
    assert.equal(requireVisible(ofPartner, ENDPOINT, { type: 'admin', id: 'admin' }), ofPartner);
    assert.equal(requireVisible(ofPartner, ENDPOINT, { type: 'partner', id: PARTNER }), ofPartner);
    for (const hidden of [undefined, anEndpoint(), anEndpoint({ partnerId: ENDPOINT })])
      assert.throws(() => requireVisible(hidden, ENDPOINT, { type: 'partner', id: PARTNER }), {
        code: 'NOT_FOUND',
      });
  });

  test('is one of 50 at most', () => {
    assert.doesNotThrow(() => requireRoom(49));
    assert.throws(() => requireRoom(50), { code: 'WEBHOOK_ENDPOINT_LIMIT_REACHED', details: { limit: 50 } });
  });

  test('has a URL to which nothing is objected', () => {
    assert.doesNotThrow(() => requireAllowedUrl(undefined));
    assert.throws(() => requireAllowedUrl('must be public'), {
      code: 'VALIDATION_ERROR',
      details: { violations: [{ field: 'url', reason: 'must be public' }] },
    });
  });

  test('replays the last 14 days', () => {
    const oldest = NOW.subtract({ hours: 14 * 24 });
    for (const since of [oldest, NOW]) assert.doesNotThrow(() => requireReplayable(since, NOW));
    for (const since of [oldest.subtract({ nanoseconds: 1 }), NOW.add({ nanoseconds: 1 })])
      assert.throws(() => requireReplayable(since, NOW), { code: 'VALIDATION_ERROR' });
  });
});

describe('an attempt', () => {
  const DELAYS_S = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000];
  for (const [index, delay_s] of DELAYS_S.entries()) {
    test(`that fails as number ${index + 1} is repeated after ${delay_s} s`, () => {
      const { status, dueAt } = verdictOf(answered(500), index + 1, chance);
      assert.equal(status, 'pending');
      assertEqual(dueAt, secondsLater(delay_s));
    });
  }

  test('that fails as the eighth is the last', () => {
    assertEqual(verdictOf(answered(500), 8, chance), {
      status: 'failed',
      dueAt: null,
      isGone: false,
      pausedUntil: null,
    });
  });

  test('is repeated up to a tenth later, by chance', () => {
    const { dueAt } = verdictOf(answered(500), 2, { now: NOW, random: 0.999 });
    assertEqual(dueAt, NOW.add({ milliseconds: 329_970 }));
  });

  for (const status of [200, 201, 204, 299]) {
    test(`succeeds with ${status}`, () =>
      assert.equal(verdictOf(answered(status), 1, chance).status, 'succeeded'));
  }
  for (const status of [101, 199, 300, 301, 302, 307, 308, 400, 401, 404, 429, 500, 503]) {
    test(`fails with ${status}`, () =>
      assert.equal(verdictOf(answered(status), 1, chance).status, 'pending'));
  }
  test('fails without a response', () =>
    assert.equal(verdictOf({ failure: 'timeout' }, 1, chance).status, 'pending'));

  test('answered with 410 is the last', () => {
    const { status, isGone } = verdictOf(answered(410), 1, chance);
    assert.deepEqual([status, isGone], ['failed', true]);
  });

  const httpDate = new Date(secondsLater(90).epochMilliseconds).toUTCString();
  for (const [title, exchange, due_s, paused_s] of [
    ['429 with 60 s', answered(429, '60'), 60, 60],
    ['503 with 60 s', answered(503, '60'), 60, 60],
    ['503 with less than the usual delay', answered(503, '2'), 5, 2],
    ['503 with a date', answered(503, httpDate), 90, 90],
    ['503 with a past date', answered(503, 'Thu, 01 Jan 2026 00:00:00 GMT'), 5, undefined],
    ['503 with a day', answered(503, '86400'), 36_000, 3_600],
    ['503 with nonsense', answered(503, 'soon'), 5, undefined],
    ['503 without a time', answered(503), 5, undefined],
    ['500 with 60 s', answered(500, '60'), 5, undefined],
  ] as const) {
    test(`honours Retry-After: ${title}`, () => {
      const { dueAt, pausedUntil } = verdictOf(exchange, 1, chance);
      assertEqual(dueAt, secondsLater(due_s));
      assertEqual(pausedUntil, paused_s === undefined ? null : secondsLater(paused_s));
    });
  }
});

describe('the health of an endpoint', () => {
  const ok: Verdict = { status: 'succeeded', dueAt: null, isGone: false, pausedUntil: null };
  const failed: Verdict = { ...ok, status: 'pending', dueAt: NOW };
  const hoursAgo = (hours: number) => NOW.subtract({ hours });
  const failingFor = (hours: number, last = 1): Health => ({
    failingSince: hoursAgo(hours),
    lastFailedAt: hoursAgo(last),
    pausedUntil: null,
  });

  for (const [title, health, verdicts, since, reason] of [
    ['fails from its first failure on', HEALTHY, [failed], NOW, null],
    ['keeps failing', failingFor(50), [failed], hoursAgo(50), null],
    ['is good after a success', failingFor(50), [failed, ok], null, null],
    ['is given up after five days of failures', failingFor(120), [failed], hoursAgo(120), 'failures'],
    ['is not given up before', failingFor(119), [failed], hoursAgo(119), null],
    ['is not given up if one attempt is successful', failingFor(120), [ok], null, null],
    ['counts from the start after a day without attempts', failingFor(200, 25), [failed], NOW, null],
    ['is given up at once after 410', HEALTHY, [ok, { ...failed, isGone: true }], NOW, 'gone'],
  ] as const) {
    test(title, () => {
      const after = healthAfter(health, verdicts, NOW);
      assertEqual(after.failingSince, since);
      assert.equal(after.disabledReason, reason);
    });
  }

  test('keeps a pause, and takes the latest one', () => {
    const paused = { ...HEALTHY, pausedUntil: secondsLater(10) };
    assertEqual(healthAfter(paused, [failed], NOW).pausedUntil, secondsLater(10));
    const asked = { ...failed, pausedUntil: secondsLater(60) };
    assertEqual(healthAfter(paused, [asked, failed], NOW).pausedUntil, secondsLater(60));
  });

  test('is written when it changes, and while it fails once a minute', () => {
    const next = (health: Partial<Health>) => ({ ...HEALTHY, ...health, disabledReason: null });
    const failing = { failingSince: hoursAgo(1), lastFailedAt: NOW, pausedUntil: null };
    const again = (seconds: number) => next({ ...failing, lastFailedAt: secondsLater(seconds) });
    assert.equal(isWorthWriting(HEALTHY, next({})), false);
    assert.equal(isWorthWriting(HEALTHY, next(failing)), true);
    assert.equal(isWorthWriting(failing, again(59)), false);
    assert.equal(isWorthWriting(failing, again(60)), true);
    assert.equal(isWorthWriting(failing, next({ lastFailedAt: NOW })), true);
    assert.equal(isWorthWriting(HEALTHY, next({ pausedUntil: NOW })), true);
    assert.equal(isWorthWriting(HEALTHY, { ...HEALTHY, disabledReason: 'gone' }), true);
  });

  test('depends on its own attempts alone, and not on events that are not shown', () => {
    const other = aTakenDelivery({ endpointId: 'other' });
    const verdicts = verdictsByEndpoint([
      { delivery: aTakenDelivery(), attempt: anAttempt(), verdict: failed },
      { delivery: other, attempt: anAttempt({ failure: 'event_unavailable' }), verdict: failed },
      { delivery: aTakenDelivery(), attempt: anAttempt({ status: 200 }), verdict: ok },
    ]);
    assert.deepEqual([...verdicts], [[ENDPOINT, [failed, ok]]]);
  });
});
