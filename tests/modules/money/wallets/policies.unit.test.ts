import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DomainError } from '../../../../src/core/errors.ts';
import type { WalletBucket, WalletEntryType } from '../../../../src/modules/money/wallets/model.ts';
import { postMovements } from '../../../../src/modules/money/wallets/policies.ts';
import { assertEqual } from '../../../support/equality.ts';
import { aMovement, aWallet, NOW, STRANGER } from '../../../support/purchases-builders.ts';

const BUCKETS: WalletBucket[] = ['platform', 'pending', 'available', 'paid'];
const TYPES: WalletEntryType[] = [
  'cashback_credit',
  'cashback_confirmation',
  'cashback_reversal',
  'payout',
  'payout_refund',
  'adjustment',
];
/** Written out once more on purpose: the table of the rules, not the table of the code. */
const LEGAL = new Set([
  'cashback_credit platform>pending',
  'cashback_confirmation pending>available',
  'cashback_reversal pending>platform',
  'cashback_reversal available>platform',
  'payout available>paid',
  'payout_refund paid>available',
  'adjustment platform>available',
  'adjustment available>platform',
]);

describe('the movements of money', () => {
  for (const type of TYPES) {
    for (const from of BUCKETS) {
      for (const to of BUCKETS) {
        const isLegal = LEGAL.has(`${type} ${from}>${to}`);
        test(`${type} from ${from} to ${to} is ${isLegal ? 'legal' : 'refused'}`, () => {
          const wallet = aWallet({ pending: 1000n, available: 1000n, paid: 1000n, lastSequence: 7n });
          const post = () => postMovements([wallet], [aMovement({ type, from, to, amount: 400n })], NOW);

          if (!isLegal) return assert.throws(post, RangeError);
          const [after] = post().wallets;
          const change = (bucket: WalletBucket) => (bucket === to ? 400n : bucket === from ? -400n : 0n);
          assertEqual(
            [after?.pending, after?.available, after?.paid],
            [1000n + change('pending'), 1000n + change('available'), 1000n + change('paid')],
          );
        });
      }
    }
  }

  for (const amount of [0n, -1n]) {
    test(`of ${amount} is refused: nothing moves nothing, nor backwards`, () => {
      assert.throws(() => postMovements([aWallet()], [aMovement({ amount })], NOW), RangeError);
    });
  }

  test('of a wallet that is not locked is a fault of the program', () => {
    assert.throws(() => postMovements([aWallet()], [aMovement({ userId: STRANGER })], NOW), /is not locked/);
    assert.throws(() => postMovements([aWallet()], [aMovement({ currency: 'JPY' })], NOW), /is not locked/);
  });
});

describe('a balance', () => {
  const table: [type: WalletEntryType, from: WalletBucket, to: WalletBucket, mayGoBelowZero: boolean][] = [
    ['cashback_confirmation', 'pending', 'available', false],
    ['cashback_reversal', 'pending', 'platform', false],
    ['cashback_reversal', 'available', 'platform', true],
    ['payout', 'available', 'paid', false],
    ['payout_refund', 'paid', 'available', false],
    ['adjustment', 'available', 'platform', false],
  ];
  for (const [type, from, to, mayGoBelowZero] of table) {
    test(`goes ${mayGoBelowZero ? '' : 'never '}below zero by a ${type} from ${from}`, () => {
      const wallet = aWallet({ [from]: 100n, lastSequence: 1n });
      const post = (amount: bigint) => postMovements([wallet], [aMovement({ type, from, to, amount })], NOW);

      assert.equal(post(100n).wallets[0]?.[from as 'pending'], 0n);
      if (mayGoBelowZero) assert.equal(post(101n).wallets[0]?.[from as 'pending'], -1n);
      else assert.throws(() => post(101n), { code: 'INSUFFICIENT_BALANCE', kind: 'conflict' });
    });
  }

  test('that does not suffice is answered with the balances', () => {
    const wallet = aWallet({ pending: 305n, available: 1099n, lastSequence: 4n });
    const payout = aMovement({ type: 'payout', from: 'available', to: 'paid', amount: 1100n });

    assert.throws(
      () => postMovements([wallet], [payout], NOW),
      (error: unknown) => {
        assert.ok(error instanceof DomainError);
        assertEqual(error.details, {
          available_balance: '10.99',
          pending_balance: '3.05',
          requested_amount: '11.00',
          currency: 'EUR',
        });
        return true;
      },
    );
  });

  test('below zero is filled up by later cashback', () => {
    const wallet = aWallet({ pending: 300n, available: -250n, lastSequence: 5n });
    const confirmation = aMovement({
      type: 'cashback_confirmation',
      from: 'pending',
      to: 'available',
      amount: 100n,
    });

    const [after] = postMovements([wallet], [confirmation], NOW).wallets;

    assert.equal(after?.available, -150n);
  });
});

describe('a list of movements', () => {
  test('continues each journal without a gap, with the balances after each entry', () => {
    const first = aWallet({ lastSequence: 3n, pending: 50n });
    const second = aWallet({ id: STRANGER, userId: STRANGER });

    const { entries, wallets } = postMovements(
      [first, second],
      [
        aMovement({ amount: 10n }),
        aMovement({ userId: STRANGER, amount: 7n }),
        aMovement({ amount: 5n, type: 'cashback_confirmation', from: 'pending', to: 'available' }),
      ],
      NOW,
    );

    assertEqual(
      entries.map(({ walletId, sequence, after }) => [walletId, sequence, after]),
      [
        [first.id, 4n, { pending: 60n, available: 0n, paid: 0n }],
        [second.id, 1n, { pending: 7n, available: 0n, paid: 0n }],
        [first.id, 5n, { pending: 55n, available: 5n, paid: 0n }],
      ],
    );
    assertEqual(wallets, [
      { ...first, pending: 55n, available: 5n, lastSequence: 5n },
      { ...second, pending: 7n, lastSequence: 1n },
    ]);
  });

  test('is all or nothing: one that is not covered refuses all', () => {
    const movements = [aMovement(), aMovement({ type: 'payout', from: 'available', to: 'paid', amount: 1n })];

    assert.throws(() => postMovements([aWallet()], movements, NOW), { code: 'INSUFFICIENT_BALANCE' });
  });

  test('leaves a locked wallet that nothing moves in out of the result', () => {
    const untouched = aWallet({ id: STRANGER, userId: STRANGER });

    const { wallets } = postMovements([aWallet(), untouched], [aMovement()], NOW);

    assertEqual(
      wallets.map(({ id }) => id),
      [aWallet().id],
    );
  });
});
