import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../../../src/core/id.ts';
import type { Movement, Wallet } from '../../../../src/modules/money/wallets/model.ts';
import { walletKey } from '../../../../src/modules/money/wallets/policies.ts';
import type { WalletRepository } from '../../../../src/modules/money/wallets/repository.ts';
import { walletService } from '../../../../src/modules/money/wallets/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel, fakeTransaction } from '../../../support/fakes.ts';
import { aMovement, aWallet, NOW, SHOPPER, STRANGER } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

/** Wallets that exist. `calls` names what the service asked the repository for, in order. */
function openWallets(wallets: readonly Wallet[], replaced: Partial<WalletRepository> = {}) {
  const { kernel, ...seen } = fakeKernel();
  const stored = [...wallets];
  const calls: [name: string, ...asked: unknown[]][] = [];
  const service = walletService({
    ...kernel,
    repository: fake<WalletRepository>({
      lock: async (_trx, owners) => {
        calls.push(['lock', ...owners.map(walletKey)]);
        return stored.filter((wallet) => owners.some((owner) => walletKey(owner) === walletKey(wallet)));
      },
      queueOpen: (_trx, owners) => {
        calls.push(['open', ...owners.map(walletKey)]);
        const known = new Set(stored.map(walletKey));
        for (const { userId, currency } of owners) {
          if (!known.has(walletKey({ userId, currency })))
            stored.push(aWallet({ id: newId(), userId, currency }));
        }
      },
      queueAppend: (_trx, entries) => void calls.push(['append', ...entries]),
      queueUpdate: (_trx, changed) => void calls.push(['update', ...changed]),
      ...replaced,
    }),
  });
  const apply = (movements: readonly Movement[], locked?: readonly Wallet[]) =>
    service.applyMovements(fakeTransaction(), movements, locked);
  const names = () => calls.map(([name]) => name);
  return { service, apply, calls, names, ...seen };
}

const EURO = walletKey({ userId: SHOPPER, currency: 'EUR' });

describe('moving money', () => {
  test('locks the wallet, appends the entry with its own id, and then writes the balances', async () => {
    const wallet = aWallet({ pending: 100n, lastSequence: 3n });
    const movement = aMovement({ amount: 50n });
    const { apply, calls } = openWallets([wallet]);

    const entries = await apply([movement]);

    const entry = {
      ...movement,
      id: entries[0]?.id,
      walletId: wallet.id,
      sequence: 4n,
      after: { pending: 150n, available: 0n, paid: 0n },
      createdAt: NOW,
    };
    assert.match(String(entry.id), /^[0-9a-f-]{36}$/);
    assertEqual(entries, [entry]);
    assertEqual(calls, [
      ['lock', EURO],
      ['append', entry],
      ['update', { ...wallet, pending: 150n, lastSequence: 4n }],
    ]);
  });

  test('of several movements locks each wallet once, and answers in their order', async () => {
    const other = aWallet({ id: newId(), userId: STRANGER });
    const { apply, calls } = openWallets([aWallet(), other]);

    const entries = await apply([aMovement(), aMovement({ userId: STRANGER }), aMovement()]);

    assertEqual(
      entries.map(({ userId, sequence }) => [userId, sequence]),
      [
        [SHOPPER, 1n],
        [STRANGER, 1n],
        [SHOPPER, 2n],
      ],
    );
    assert.equal(new Set(entries.map(({ id }) => id)).size, 3);
    assertEqual(calls[0], ['lock', EURO, walletKey(other)]);
    assert.equal(calls.length, 3);
  });

  test('does not lock again what the caller has locked, and locks the others', async () => {
    const other = aWallet({ id: newId(), userId: STRANGER });
    const { apply, calls } = openWallets([aWallet(), other]);
    await apply([aMovement()], [aWallet()]);
    await apply([aMovement(), aMovement({ userId: STRANGER })], [aWallet()]);
    assertEqual(
      calls.filter(([name]) => name === 'lock'),
      [['lock', walletKey(other)]],
    );
  });

  test('opens the wallet for the first money in a currency, and locks it', async () => {
    const { apply, names } = openWallets([aWallet()]);
    const [entry] = await apply([aMovement({ currency: 'JPY' })]);
    assertEqual([entry?.currency, entry?.sequence], ['JPY', 1n]);
    assertEqual(names(), ['lock', 'open', 'lock', 'append', 'update']);
  });

  test('writes nothing of a list in which one movement is not covered', async () => {
    const { apply, names } = openWallets([aWallet()]);
    const payout = aMovement({ type: 'payout', from: 'available', to: 'paid', amount: 1n });
    await rejectsWith(apply([aMovement(), payout]), 'INSUFFICIENT_BALANCE');
    assertEqual(names(), ['lock']);
  });

  test('writes nothing of a list in which one movement has no room', async () => {
    const { apply, names } = openWallets([aWallet({ paid: 10n ** 17n - 1n })]);
    await rejectsWith(apply([aMovement()]), 'WALLET_FULL');
    assertEqual(names(), ['lock']);
  });

  test('of an empty list reads and writes nothing', async () => {
    const { apply, calls } = openWallets([aWallet()]);
    assertEqual([await apply([]), calls], [[], []]);
  });
});

describe('locking wallets', () => {
  test('names each owner once, and finds the wallets that exist', async () => {
    const { service, calls } = openWallets([aWallet()]);
    const owners = [aWallet(), aMovement(), aWallet({ currency: 'JPY' })];
    assertEqual(await service.lockWallets(fakeTransaction(), owners), [aWallet()]);
    assertEqual(calls, [['lock', EURO, walletKey({ userId: SHOPPER, currency: 'JPY' })]]);
  });

  test('of no owner reads nothing', async () => {
    assertEqual(await openWallets([]).service.lockWallets(fakeTransaction(), []), []);
  });
});

test('wallets are opened for the owners that the caller names', () => {
  const { service, calls } = openWallets([]);
  service.queueOpenWallets(fakeTransaction(), [{ userId: SHOPPER, currency: 'EUR' }]);
  assertEqual(calls, [['open', EURO]]);
});

test('all wallets of a user are found', async () => {
  const wallet = aWallet({ available: 5n });
  const { service } = openWallets([], { findAllOf: async (_db, id) => (id === SHOPPER ? [wallet] : []) });
  assertEqual(await service.findWallets(fakeTransaction(), SHOPPER), [wallet]);
});
