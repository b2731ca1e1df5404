import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  entryMismatch,
  recordMismatch,
  releaseMismatch,
  rewardMismatch,
  totalAsText,
  wrongDay,
  wrongEntry,
  wrongWallet,
} from '../../../../src/modules/insight/proof/sentences.ts';

const NOTHING = { pending: '0.0000', available: '0.0000', paid: '0.0000' };
const FIVE = { ...NOTHING, available: '5.0000' };

const FACTS = {
  sourceType: 'payout',
  user: 'alice',
  currency: 'EUR',
  amount: '5.0000',
  from: 'available',
  to: 'paid',
} as const;
const ENTRY = { ...FACTS, walletId: 'w', sequence: 2n } as const;
const PAYOUT = { sourceId: 'p', entryType: 'payout', sourceStatus: 'requested' } as const;
const REWARD = {
  user: 'alice',
  offer: 'o',
  currency: 'EUR',
  status: 'pending',
  terms: '5 %',
  uncappedAmount: '5.0000',
  amount: '5.0000',
};
const RECORD = {
  user: 'alice',
  amount: '10.0000',
  cashbackAmount: '5.0000',
  currency: 'EUR',
  direction: null,
  reason: null,
  admin: null,
  releaseQueue: null,
};
const RELEASE = { purchase: 'p', namespace: 'n', currency: 'EUR', day: '2026-03-14', amount: '5.0000' };
const DAY = { namespace: 'n', currency: 'EUR', day: '2026-03-14', stated: '4.0000', counted: '5.0000' };
const ABOUT = { sourceType: 'purchase', sourceId: 's', action: 'purchase.recorded' } as const;

describe('each fault is one sentence that names the row and both values:', () => {
  const faults: [title: string, fault: { readonly sentence: string }, sentence: string][] = [
    [
      'a wallet that is missing',
      wrongWallet({ walletId: 'w', currency: 'EUR', stored: null, journal: { ...FIVE, lastSequence: 1n } }),
      'Wallet w is missing, and its journal states 0.00 pending, 5.00 available and 0.00 paid EUR after entry 1.',
    ],
    [
      'a wallet that differs from its journal',
      wrongWallet({
        walletId: 'w',
        currency: 'JPY',
        stored: { ...NOTHING, lastSequence: 1n },
        journal: { ...FIVE, lastSequence: 2n },
      }),
      'Wallet w has 0 pending, 0 available and 0 paid JPY after entry 1, but its journal states 0 pending, 5 available and 0 paid JPY after entry 2.',
    ],
    [
      'an entry with the wrong balances',
      wrongEntry({
        walletId: 'w',
        currency: 'EUR',
        sequence: 2n,
        previousSequence: 1n,
        stated: FIVE,
        replayed: NOTHING,
      }),
      'Entry 2 of wallet w states 0.00 pending, 5.00 available and 0.00 paid EUR, but the entries up to it make 0.00 pending, 0.00 available and 0.00 paid EUR.',
    ],
    [
      'an entry behind a gap',
      wrongEntry({
        walletId: 'w',
        currency: null,
        sequence: 4n,
        previousSequence: 2n,
        stated: FIVE,
        replayed: FIVE,
      }),
      'Entry 4 of wallet w follows entry 2, but must have the number 3.',
    ],
    [
      'an entry that is missing',
      entryMismatch({ ...PAYOUT, demanded: FACTS, entry: null }),
      'The journal has no payout of 5.00 EUR for payout p, which is requested.',
    ],
    [
      'an entry whose source is missing',
      entryMismatch({ ...PAYOUT, sourceStatus: null, demanded: null, entry: ENTRY }),
      'Entry 2 of wallet w, payout of 5.00 EUR, names payout p, which is missing.',
    ],
    [
      'an entry that its source does not demand',
      entryMismatch({ ...PAYOUT, demanded: null, entry: ENTRY }),
      'Entry 2 of wallet w, payout of 5.00 EUR, has no reason: payout p is requested and demands none.',
    ],
    [
      'an entry that differs from its source in several facts',
      entryMismatch({ ...PAYOUT, demanded: { ...FACTS, user: 'bob', amount: '3.1800' }, entry: ENTRY }),
      'Entry 2 of wallet w, payout of 5.00 EUR, disagrees with payout p: user alice instead of bob, amount 5.00 EUR instead of 3.18 EUR.',
    ],
    [
      'an entry that took another way',
      entryMismatch({ ...PAYOUT, demanded: FACTS, entry: { ...ENTRY, from: 'pending' } }),
      'Entry 2 of wallet w, payout of 5.00 EUR, disagrees with payout p: way pending to paid instead of available to paid.',
    ],
    [
      'a reward that is missing',
      rewardMismatch({ purchaseId: 'p', demanded: REWARD, reward: null }),
      'Purchase p has no reward.',
    ],
    [
      'a reward without a purchase',
      rewardMismatch({ purchaseId: 'p', demanded: null, reward: REWARD }),
      'The reward of 5.00 EUR names purchase p, which is missing.',
    ],
    [
      'a reward that differs',
      rewardMismatch({
        purchaseId: 'p',
        demanded: REWARD,
        reward: { ...REWARD, status: 'available', terms: null, uncappedAmount: '5.0001' },
      }),
      'The reward of purchase p disagrees with the purchase and its offer: status available instead of pending, terms unknown instead of 5 %, amount before the cap 5.0001 EUR instead of 5.00 EUR.',
    ],
    [
      'a release that never happened',
      releaseMismatch({ sourceId: 's', counted: RELEASE, released: null }),
      'The release of 5.00 EUR from source s, counted on 2026-03-14, counts what never became available.',
    ],
    [
      'a release that differs',
      releaseMismatch({
        sourceId: 's',
        counted: RELEASE,
        released: { ...RELEASE, namespace: null, day: '2026-03-15', amount: '6.0000' },
      }),
      'The release of 5.00 EUR from source s, counted on 2026-03-14, disagrees with its source: namespace n instead of unknown, day 2026-03-14 instead of 2026-03-15, amount 5.00 EUR instead of 6.00 EUR.',
    ],
    [
      'a day with another sum',
      wrongDay(DAY),
      'Namespace n has 4.00 EUR released on 2026-03-14, but its entries make 5.00 EUR.',
    ],
    [
      'a day without a sum',
      wrongDay({ ...DAY, stated: null }),
      'Namespace n has no sum of releases on 2026-03-14, but its entries make 5.00 EUR.',
    ],
    [
      'a record that is missing',
      recordMismatch({ ...ABOUT, demanded: RECORD, record: null }),
      'The audit log has no record purchase.recorded of purchase s.',
    ],
    [
      'a record that nothing demands',
      recordMismatch({ ...ABOUT, demanded: null, record: { ...RECORD, id: 'r' } }),
      'Audit record r, purchase.recorded of purchase s, records what the purchase does not show.',
    ],
    [
      'a record that differs',
      recordMismatch({
        ...ABOUT,
        demanded: RECORD,
        record: { ...RECORD, id: 'r', cashbackAmount: '0.5000', admin: 'carol' },
      }),
      'Audit record r, purchase.recorded of purchase s, disagrees with it: cashback 0.50 EUR instead of 5.00 EUR, administrator carol instead of unknown.',
    ],
  ];
  for (const [title, { sentence }, expected] of faults) {
    test(title, () => {
      assert.equal(sentence, expected);
    });
  }
});

describe('a fault counts for the currency', () => {
  const missing = { purchaseId: 'p', demanded: null, reward: null };
  for (const [title, fault, expected] of [
    ['that is demanded', rewardMismatch({ ...missing, demanded: { ...REWARD, currency: 'JPY' } }), 'JPY'],
    ['of the row, where nothing is demanded', rewardMismatch({ ...missing, reward: REWARD }), 'EUR'],
    ['"?", where none is known', rewardMismatch(missing), '?'],
  ] as const) {
    test(title, () => {
      assert.equal(fault.currency, expected);
    });
  }
});

describe('a total in ten-thousandths', () => {
  for (const [total, currency, text] of [
    [50_000n, 'EUR', '5.00'],
    [-50_000n, 'EUR', '-5.00'],
    [1n, 'EUR', '0.0001'],
    [0n, 'JPY', '0'],
    [10_000n, 'JPY', '1'],
    [10_005_000n, 'KWD', '1000.500'],
    [50_000n, '?', '5.00'],
  ] as const) {
    test(`of ${total} ${currency} is ${text}`, () => {
      assert.equal(totalAsText(total, currency), text);
    });
  }
});
