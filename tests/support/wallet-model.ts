import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DomainError } from '../../src/core/errors.ts';
import type {
  Movement,
  Wallet,
  WalletBucket,
  WalletEntryType,
} from '../../src/modules/money/wallets/model.ts';
import { postMovements } from '../../src/modules/money/wallets/policies.ts';
import { aMovement, aWallet, NOW, SHOPPER, STRANGER } from './purchases-builders.ts';

/*
 * Random lists of movements against two wallets, beside a model that is nothing but numbers: it knows which ways are
 * legal and which bucket may owe, and adds and subtracts.
 */

const WAYS: readonly (readonly [WalletEntryType, WalletBucket, WalletBucket])[] = [
  ['cashback_credit', 'platform', 'pending'],
  ['cashback_confirmation', 'pending', 'available'],
  ['cashback_reversal', 'pending', 'platform'],
  ['cashback_reversal', 'available', 'platform'],
  ['payout', 'available', 'paid'],
  ['payout_refund', 'paid', 'available'],
  ['adjustment', 'platform', 'available'],
  ['adjustment', 'available', 'platform'],
];

const movements: fc.Arbitrary<Movement> = fc
  .record({
    // Credits more often, so that there is something to move.
    way: fc.oneof(
      fc.constantFrom(...WAYS),
      fc.constantFrom(...WAYS.slice(0, 2)),
      fc.constantFrom(...WAYS.slice(0, 1)),
    ),
    userId: fc.constantFrom(SHOPPER, STRANGER),
    amount: fc.bigInt({ min: 1n, max: 40n }),
  })
  .map(({ way: [type, from, to], userId, amount }) => aMovement({ type, from, to, userId, amount }));

type Model = Record<WalletBucket, number>;

/** Undefined when the movement is not covered. */
function moved(model: Model, { type, from, to, amount }: Movement): Model | undefined {
  const after = { ...model, [from]: model[from] - Number(amount) };
  after[to] += Number(amount);
  const mayOwe = from === 'platform' || (from === 'available' && type === 'cashback_reversal');
  return after[from] < 0 && !mayOwe ? undefined : after;
}

/** `seen` counts the hard cases: a run is worth something only if it came to them. */
export function walletModel() {
  const seen = { refusals: 0, debts: 0 };
  const property = fc.property(
    fc.array(fc.array(movements, { minLength: 1, maxLength: 5 }), { maxLength: 25 }),
    (lists) => {
      const empty = { platform: 0, pending: 0, available: 0, paid: 0 };
      let models = new Map<string, Model>([
        [SHOPPER, empty],
        [STRANGER, empty],
      ]);
      let wallets: readonly Wallet[] = [aWallet(), aWallet({ id: STRANGER, userId: STRANGER })];
      const entryCount = new Map<string, bigint>();

      for (const list of lists) {
        const next = new Map(models);
        const isCovered = list.every((movement) => {
          const after = moved(next.get(movement.userId) ?? empty, movement);
          if (after !== undefined) next.set(movement.userId, after);
          return after !== undefined;
        });

        if (!isCovered) {
          seen.refusals += 1;
          assert.throws(() => postMovements(wallets, list, NOW), DomainError);
          continue;
        }
        const posting = postMovements(wallets, list, NOW);
        models = next;
        const changed = new Map(posting.wallets.map((wallet) => [wallet.id, wallet]));
        wallets = wallets.map((wallet) => changed.get(wallet.id) ?? wallet);

        for (const { walletId, sequence } of posting.entries) {
          const expected = (entryCount.get(walletId) ?? 0n) + 1n;
          assert.equal(sequence, expected);
          entryCount.set(walletId, expected);
        }
        for (const wallet of posting.wallets) {
          const { after } = posting.entries.findLast(({ walletId }) => walletId === wallet.id) ?? {};
          assert.deepEqual(after, {
            pending: wallet.pending,
            available: wallet.available,
            paid: wallet.paid,
          });
          if (wallet.available < 0n) seen.debts += 1;
        }
        for (const { userId, pending, available, paid } of wallets) {
          const model = models.get(userId) ?? empty;
          assert.deepEqual(
            [Number(pending), Number(available), Number(paid)],
            [model.pending, model.available, model.paid],
          );
          assert.equal(Number(pending + available + paid) + model.platform, 0);
        }
      }
    },
  );
  return { property, seen };
}
