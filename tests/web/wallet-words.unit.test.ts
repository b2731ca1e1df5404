import assert from 'node:assert/strict';
import { test } from 'node:test';
import { periodOf } from '../../web/src/features/account/period.ts';
import { purchaseBadge, purchaseLine } from '../../web/src/features/activity/words.ts';
import { stepsOf, withdrawalBadge, withdrawalLine } from '../../web/src/features/withdrawals/words.ts';
import { createFormat } from '../../web/src/lib/format.ts';
import { de as activityDe, en as activityEn } from '../../web/src/messages/activity.ts';
import { en as withdrawalsEn } from '../../web/src/messages/withdrawals.ts';

const pending = {
  status: 'pending',
  cashback_status: 'pending',
  cashback_amount: '3.00',
  paid_amount: '0.00',
  expected_on: '2020-12-27',
  is_late: false,
  confirmed_at: null,
  reversal_reason: null,
} as const;
const confirmed = {
  ...pending,
  status: 'confirmed',
  cashback_status: 'available',
  confirmed_at: '2020-12-26T12:00:00.000Z',
} as const;
const reversed = { ...pending, status: 'reversed', cashback_status: 'reversed' } as const;

type Purchase = Parameters<typeof purchaseLine>[0];

test('says of a purchase when its cashback comes, since when it is there, or why it is gone', () => {
  const line = (purchase: Purchase) => purchaseLine(purchase, activityEn, createFormat('en'));
  assert.equal(line(pending), 'Yours by 27 Dec 2020');
  assert.equal(line({ ...pending, expected_on: null }), 'When the shop confirms');
  assert.equal(line({ ...pending, expected_on: null, is_late: true }), 'Taking longer than usual');
  assert.equal(line({ ...pending, cashback_amount: '0.00' }), 'This purchase earned nothing');
  assert.equal(line(confirmed), 'Yours since 26 Dec 2020');
  for (const [reason, expected] of Object.entries({
    returned: 'You returned it',
    cancelled: 'The order was cancelled',
    declined: 'The shop declined it',
    error: 'It was recorded by mistake',
    fraud: 'Ask us about it',
    newer: 'Taken back',
  }))
    assert.equal(line({ ...reversed, reversal_reason: reason }), expected);
  assert.equal(purchaseLine(pending, activityDe, createFormat('de')), 'Ihnen sicher am 27. Dez. 2020');
});

test('shows the state of a purchase in a word', () => {
  assert.equal(purchaseBadge(pending, activityEn).text, 'Waiting');
  // Confirmed by the shop, while its cashback waits for room in the day.
  assert.equal(purchaseBadge({ ...confirmed, cashback_status: 'pending' }, activityEn).text, 'Waiting');
  assert.equal(purchaseBadge(confirmed, activityEn).text, 'Yours');
  assert.equal(purchaseBadge({ ...confirmed, paid_amount: '1.00' }, activityEn).text, 'Yours');
  assert.equal(purchaseBadge({ ...confirmed, paid_amount: '3.00' }, activityEn).text, 'Paid out');
  assert.equal(purchaseBadge(reversed, activityEn).text, 'Taken back');
});

const payout = {
  id: '1',
  status: 'requested',
  amount: '15.00',
  currency: 'EUR',
  method: 'bank_transfer',
  details: { iban: 'DE89**************3000', account_holder: 'E*** M***' },
  requested_at: '2020-12-30T12:00:00.000Z',
  processing_at: null,
  settled_at: null,
  external_reference: null,
  failure_reason: null,
  returned_at: null,
  return_reason: null,
} as const;
const settled = { ...payout, settled_at: '2021-01-02T12:00:00.000Z' } as const;

test('says where a withdrawal is', () => {
  const words = (withdrawal: Parameters<typeof stepsOf>[0]) => [
    withdrawalBadge(withdrawal.status, withdrawalsEn).text,
    withdrawalLine(withdrawal, withdrawalsEn, createFormat('en')),
    stepsOf(withdrawal)
      .map(({ kind, at }) => (at === null ? `(${kind})` : kind))
      .join(' '),
  ];
  assert.deepEqual(words(payout), ['Asked for', 'To DE89 … 3000', 'requested (processing) (completed)']);
  const processing = { ...payout, status: 'processing', processing_at: '2020-12-31T12:00:00.000Z' } as const;
  assert.deepEqual(words(processing), ['On its way', 'To DE89 … 3000', 'requested processing (completed)']);
  const completed = { ...settled, status: 'completed', processing_at: processing.processing_at } as const;
  assert.deepEqual(words(completed), ['Paid', 'Paid on 2 Jan 2021', 'requested processing completed']);
  assert.deepEqual(words({ ...completed, status: 'returned', returned_at: '2021-01-05T12:00:00.000Z' }), [
    'Came back',
    'The bank sent it back; available again',
    'requested processing completed returned',
  ]);
  assert.deepEqual(words({ ...settled, status: 'failed' }), [
    'Came back',
    'Came back; available again',
    'requested failed',
  ]);
  assert.deepEqual(words({ ...settled, status: 'cancelled' }), [
    'Cancelled',
    'You cancelled it',
    'requested cancelled',
  ]);
});

test('knows the first and the last moment of a year and of a month', () => {
  assert.deepEqual(periodOf('2020'), { from: '2020-01-01T00:00:00.000Z', to: '2020-12-31T23:59:59.999Z' });
  assert.deepEqual(periodOf('2020-02'), { from: '2020-02-01T00:00:00.000Z', to: '2020-02-29T23:59:59.999Z' });
});
