/* The words of payouts and adjustments: warnings, what may be done, what happened. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signedAmount, whyNotApprove } from '../../web/src/features/adjustments/words.ts';
import { takenOf } from '../../web/src/features/payouts/taken.ts';
import { MOVES, moveTexts, stepsOf, warningsOf, whyNot } from '../../web/src/features/payouts/words.ts';
import { createFormat } from '../../web/src/lib/format.ts';
import * as adjustments from '../../web/src/messages/adjustments.ts';
import * as payouts from '../../web/src/messages/payouts.ts';

const english = createFormat('en');

const payout: Parameters<typeof warningsOf>[0] = {
  id: 'p',
  amount: '12.00',
  currency: 'EUR',
  method: 'bank_transfer',
  status: 'requested',
  details: { iban: 'DE89**************3000', account_holder: 'E*** M***' },
  user_id: 'u',
  user_email: 'alice@example.com',
  owner_active: true,
  wallet_available: '0.00',
  account: { is_new: false, other_users: 0 },
  needs_four_eyes: false,
  requested_at: '2026-11-26T10:00:00Z',
  processing_at: null,
  processing_by: null,
  taken_by: null,
  settled_at: null,
  completed_by: null,
  external_reference: null,
  failure_reason: null,
  returned_at: null,
  return_reason: null,
};

test('a payout with nothing against it has no warning', () => {
  assert.deepEqual(warningsOf(payout, payouts.en, english), []);
  assert.deepEqual(warningsOf({ ...payout, account: null }, payouts.en, english), []);
});

test('warnings name every reason, until the payout is done', () => {
  const doubtful = {
    ...payout,
    owner_active: false,
    wallet_available: '-5.00',
    account: { is_new: true, other_users: 2 },
    needs_four_eyes: true,
  };
  assert.deepEqual(
    warningsOf(doubtful, payouts.en, english).map(({ text }) => text),
    [
      'Account deactivated',
      'Owes 5.00\u00a0€',
      'Account shared with 2 shoppers',
      'New account',
      'Needs a second person',
    ],
  );
  assert.deepEqual(warningsOf({ ...doubtful, status: 'completed' }, payouts.en, english), []);
});

test('a payout to oneself needs another person, and four eyes are two people', () => {
  const taken = { ...payout, status: 'processing' as const, processing_by: 'me', needs_four_eyes: true };
  assert.equal(
    whyNot('processing', { ...payout, user_id: 'me' }, { id: 'me' }, payouts.en),
    payouts.en.whyNot.own,
  );
  assert.equal(whyNot('completed', taken, { id: 'me' }, payouts.de), payouts.de.whyNot.fourEyes);
  assert.equal(whyNot('completed', taken, { id: 'other' }, payouts.en), undefined);
  assert.equal(whyNot('failed', taken, { id: 'me' }, payouts.en), undefined);
});

test('each change that a state allows has its words', () => {
  for (const moves of Object.values(MOVES))
    for (const move of moves)
      for (const texts of [payouts.en, payouts.de])
        for (const text of Object.values(moveTexts(move, '12.00 €', texts))) assert.notEqual(text, '');
  assert.equal(moveTexts('completed', '12.00 €', payouts.en).confirm, 'Complete 12.00 €');
});

test('the steps stand in order, with its people and reasons', () => {
  const returned = {
    ...payout,
    status: 'returned' as const,
    processing_at: '2026-11-27T10:00:00Z',
    processing_by: 'f',
    taken_by: 'finance@example.com',
    settled_at: '2026-11-28T10:00:00Z',
    completed_by: 'f',
    returned_at: '2026-11-30T10:00:00Z',
    return_reason: 'Account closed',
  };
  assert.deepEqual(
    stepsOf(returned, payouts.en).map(({ text }) => text),
    [
      'alice@example.com asked for it',
      'finance@example.com took it',
      'finance@example.com completed it',
      'The bank sent it back: Account closed',
    ],
  );
  const failed = { ...returned, status: 'failed' as const, returned_at: null, failure_reason: null };
  assert.equal(stepsOf(failed, payouts.en).at(-1)?.text, 'It failed: no reason is recorded');
});

test('of payouts taken together, one that is refused stops no other', () => {
  const error = { code: 'PAYOUT_BLOCKED' };
  assert.deepEqual(takenOf({ results: [{ id: 'a' }, { id: 'b', error }] }), {
    ids: ['a'],
    refused: [{ id: 'b', error }],
  });
});

test('an adjustment needs a second person, who does not own the wallet', () => {
  const adjustment = { user_id: 'u', created_by: 'f' } as Parameters<typeof whyNotApprove>[0];
  assert.equal(whyNotApprove(adjustment, { id: 'f' }, adjustments.en), adjustments.en.ownRequest);
  assert.equal(whyNotApprove(adjustment, { id: 'u' }, adjustments.de), adjustments.de.ownWallet);
  assert.equal(whyNotApprove(adjustment, { id: 'g' }, adjustments.en), undefined);
  assert.equal(signedAmount({ amount: '5.00', direction: 'debit' }), '-5.00');
});
