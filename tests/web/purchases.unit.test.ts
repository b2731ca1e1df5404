import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Allowed, Timeline, TimelineEvent } from '../../web/src/features/purchases/model.ts';
import { hasChanged } from '../../web/src/features/purchases/mutations.ts';
import { holdReasonWords } from '../../web/src/features/purchases/reasons.ts';
import {
  effectSentences,
  eventSentence,
  nextSentences,
  supersededSentence,
} from '../../web/src/features/purchases/words.ts';
import { plain } from '../../web/src/lib/emphasis.ts';

const ADMIN = { type: 'admin', id: 'a-1', label: 'carol@example.com' } as const;
const SYSTEM = { type: 'system', id: null, label: 'ClickNBack' } as const;
const PARTNER = { type: 'partner', id: 'p-1', label: 'Northwind Network' } as const;

function anEvent(fields: Partial<TimelineEvent>): TimelineEvent {
  return {
    at: '2026-11-26T09:14:00Z',
    kind: 'recorded',
    actor: PARTNER,
    reason: null,
    evidence: {},
    entry: null,
    request_id: null,
    ...fields,
  };
}

const sentence = (event: Partial<TimelineEvent>, locale: 'en' | 'de' = 'en') =>
  spaced(eventSentence(anEvent(event), 'EUR', locale));

const AMENDED = {
  amount_before: '94.70',
  amount: '64.70',
  cashback_amount_before: '1.10',
  cashback_amount: '2.37',
  reason: 'one of two books returned',
};

test('each kind of event has its sentence', () => {
  assert.equal(sentence({}), 'Reported by Northwind Network');
  const shopper = { type: 'user', id: 'u-1', label: 'alice@example.com' } as const;
  assert.equal(sentence({ actor: shopper }), 'Reported by alice@example.com, the shopper');
  assert.equal(
    sentence({
      kind: 'held',
      evidence: [{ rule: 'purchases_per_user_day', evidence: { day: '2026-11-26', more_than: 50 } }],
    }),
    'Held: more than 50 purchases of the shopper on 26 Nov 2026 (UTC)',
  );
  assert.equal(sentence({ kind: 'released', actor: ADMIN }), 'Released by carol@example.com');
  assert.equal(sentence({ kind: 'confirmed', actor: ADMIN }), 'Confirmed by carol@example.com');
  assert.equal(sentence({ kind: 'confirmed', actor: SYSTEM }), 'Confirmed automatically');
  assert.match(sentence({ kind: 'confirmed', actor: ADMIN, evidence: { awaiting_release: true } }), /waits/);
  assert.match(sentence({ kind: 'reward_released', actor: SYSTEM }), /room under the ceiling/);
  assert.equal(
    sentence({ kind: 'reversed', actor: ADMIN, reason: 'declined' }),
    'Taken back by carol@example.com because the shop declined it',
  );
  assert.equal(
    sentence({ kind: 'amended', evidence: AMENDED }),
    'Amount changed from 94.70 € to 64.70 € by Northwind Network: one of two books returned',
  );
  assert.equal(
    sentence({ kind: 'matched', evidence: { external_id: 'A-7', amount_reported: '94.70' } }),
    'Also reported by Northwind Network as A-7 with 94.70 €',
  );
  assert.match(sentence({ kind: 'refilled', actor: SYSTEM, evidence: AMENDED }), /from 1\.10 € to 2\.37 €/);
  assert.match(
    sentence({ kind: 'statement_kept', evidence: { statement: 'reversed' } }),
    /^Northwind Network also said: reversed/,
  );
  assert.equal(sentence({ kind: 'reward_split', actor: ADMIN }), 'reward split by carol@example.com');
  assert.match(sentence({ kind: 'reversed', actor: ADMIN, reason: 'fraud' }, 'de'), /wegen Betrugs$/);
});

const COMPARED = { amount: '1450.00', usual_amount: '13.77', currency: 'EUR', more_than_times: 10 };
const OTHER = { purchase_id: 'x-1', amount: '60.00', currency: 'EUR' };

test('each rule of a hold says what it compared', () => {
  const words = (rule: string, evidence: Record<string, unknown>) =>
    holdReasonWords([{ rule, evidence }], 'en').map(({ text }) => spaced(text));
  assert.deepEqual(words('self_report', { reported_by: 'user' }), ['only the shopper reported it']);
  assert.deepEqual(words('amount_above_user_usual', COMPARED), [
    "1,450.00 € is more than 10 times the shopper's usual 13.77 €",
  ]);
  assert.deepEqual(words('amount_above_merchant_usual', COMPARED), [
    "1,450.00 € is more than 10 times the merchant's usual 13.77 €",
  ]);
  assert.match(
    words('repeated_order', { ...OTHER, day: '2026-11-26', users_at_least: 3 })[0] ?? '',
    /^3 shoppers or more reported 60\.00 €/,
  );
  const ceiling = {
    currency: 'EUR',
    amount: '1450.00',
    max_amount: '1000.00',
    max_amount_scope: 'partner',
    cashback_amount: '72.50',
    max_cashback_amount: '50.00',
    max_cashback_amount_scope: 'platform',
    day: '2026-11-26',
    daily_pending: '510.00',
    max_daily_pending: '500.00',
    max_daily_pending_scope: 'merchant',
  };
  assert.equal(words('above_ceiling', ceiling).length, 3);
  assert.deepEqual(
    words('above_ceiling', {
      currency: 'EUR',
      amount: '2.00',
      max_amount: '1.00',
      max_amount_scope: 'partner',
    }),
    ['2.00 € is above 1.00 €, the largest purchase without review for this partner'],
  );
  for (const rule of ['same_order', 'similar_order', 'order_of_another_user'])
    assert.equal(holdReasonWords([{ rule, evidence: OTHER }], 'de')[0]?.purchaseId, 'x-1');
  assert.deepEqual(words('later_rule', {}), ['rule later_rule']);
});

function aTimeline(fields: {
  readonly status?: 'pending' | 'confirmed' | 'reversed';
  readonly reward?: string;
  readonly next?: Partial<Timeline['next']>;
  readonly events?: TimelineEvent[];
}): Timeline {
  const { status = 'pending', reward = '2.37', next, events = [] } = fields;
  return {
    purchase: { status, held: false, revision: 0, currency: 'EUR', user_email: 'alice@example.com' },
    reward: { amount: reward, status: status === 'confirmed' ? 'available' : status },
    next: { confirms_on: null, blocked_by: [], ...next },
    events,
  } as unknown as Timeline;
}

test('a pending purchase says what comes next, or what blocks it', () => {
  const next = (fields: Parameters<typeof aTimeline>[0]) =>
    nextSentences(aTimeline(fields), 'en').map(spaced);
  assert.deepEqual(next({ next: { confirms_on: '2026-12-26' } }), [
    'Confirms automatically on 26 Dec 2026 (UTC)',
  ]);
  assert.deepEqual(next({ next: { blocked_by: ['held', 'user_inactive'] } }), [
    'Nothing happens automatically:',
    'it is held, and a reviewer must decide',
    'the shopper is not active',
  ]);
  assert.deepEqual(next({ status: 'confirmed', next: { blocked_by: ['daily_ceiling'] } }).length, 2);
  assert.deepEqual(next({ status: 'confirmed' }), []);
  assert.deepEqual(next({ status: 'reversed' }), []);
});

test('an action states its effect in the figures of the platform', () => {
  const effect = (allowed: Allowed, fields: Parameters<typeof aTimeline>[0] = {}) =>
    effectSentences(allowed, aTimeline(fields), 'en').map(spaced);
  const after = { pending_after: '77.01', available_after: '155.14' };
  assert.deepEqual(effect({ action: 'confirm', ...after }), [
    'Pending falls to 77.01 €.',
    'Available rises to 155.14 €.',
  ]);
  assert.deepEqual(effect({ action: 'reverse', ...after }), [
    'Pending falls to 77.01 €.',
    'Available stays at 155.14 €.',
  ]);
  assert.deepEqual(effect({ action: 'reverse', ...after }, { status: 'confirmed' }), [
    'Available falls to 155.14 €.',
  ]);
  assert.deepEqual(
    effect({ action: 'reverse', ...after, available_after: '-1.20' }, { status: 'confirmed' }),
    ['Available falls to −1.20 €.', 'alice@example.com will owe it; the next cashback fills it first.'],
  );
  assert.deepEqual(effect({ action: 'reverse', ...after }, { reward: '0.00' }), [
    'Its cashback is zero, so no money moves.',
  ]);
  assert.match(effect({ action: 'release', ...after })[0] ?? '', /stays pending/);
});

test('the second of two reviewers reads who was first', () => {
  const confirmed = anEvent({ kind: 'confirmed', actor: ADMIN, at: '2026-11-26T10:42:00' });
  const now = aTimeline({ status: 'confirmed', events: [anEvent({}), confirmed] });
  assert.equal(
    supersededSentence(now, 'b-2', 'en'),
    'carol@example.com confirmed this at 10:42. You changed nothing.',
  );
  assert.match(supersededSentence(now, 'a-1', 'en'), /^You confirmed this/);
  assert.match(supersededSentence(aTimeline({}), 'a-1', 'en'), /has changed/);
  assert.equal(hasChanged(aTimeline({}), now), true);
  assert.equal(hasChanged(aTimeline({}), aTimeline({})), false);
});

/** Without marks and with plain spaces, as they are written here. */
function spaced(text: string): string {
  return plain(text).replaceAll('\u00a0', ' ');
}
