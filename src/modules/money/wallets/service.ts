import type { Clock } from '../../../core/clock.ts';
import type { Db, Trx } from '../../../core/database/index.ts';
import { newId } from '../../../core/id.ts';
import { distinctBy } from '../../../core/lists.ts';
import type { Movement, Wallet, WalletEntry, WalletOwner } from './model.ts';
import { postMovements, walletKey } from './policies.ts';
import type { WalletRepository } from './repository.ts';

export type WalletService = ReturnType<typeof walletService>;

export function walletService(deps: { clock: Clock; repository: WalletRepository }) {
  const { clock, repository } = deps;

  /** Opens a wallet for each owner that has none. */
  function queueOpenWallets(trx: Trx, owners: readonly WalletOwner[]): void {
    repository.queueOpen(trx, owners);
  }

  /**
   * Moves money. No balance changes in any other way. Locks the wallets of all movements in one order until the
   * transaction ends, opens missing ones, appends the journal entries and updates the balances, in bulk.
   * @param locked the wallets that `lockWallets` returned in this transaction. They are not read again.
   * @throws INSUFFICIENT_BALANCE or WALLET_FULL; nothing is written then.
   */
  async function applyMovements(
    trx: Trx,
    movements: readonly Movement[],
    locked: readonly Wallet[] = [],
  ): Promise<readonly WalletEntry[]> {
    if (movements.length === 0) return [];
    const wallets = await lockOrOpen(trx, distinctBy(movements, walletKey), locked);
    const posting = postMovements(wallets, movements, clock());
    const entries = posting.entries.map((entry) => ({ ...entry, id: newId() }));
    // Entries first: the database refuses a balance that differs from the last entry of the journal.
    repository.queueAppend(trx, entries);
    repository.queueUpdate(trx, posting.wallets);
    return entries;
  }

  /**
   * Locks the existing wallets of the owners in one order until the transaction ends. For decisions that depend on
   * balances and lead to movements. Owners may be named more than once.
   */
  async function lockWallets(trx: Trx, owners: readonly WalletOwner[]): Promise<readonly Wallet[]> {
    return owners.length === 0 ? [] : repository.lock(trx, distinctBy(owners, walletKey));
  }

  async function lockOrOpen(
    trx: Trx,
    owners: readonly WalletOwner[],
    locked: readonly Wallet[],
  ): Promise<readonly Wallet[]> {
    const known = new Set(locked.map(walletKey));
    const others = owners.filter((owner) => !known.has(walletKey(owner)));
    if (others.length === 0) return locked;
    const found = await repository.lock(trx, others);
    if (found.length === others.length) return [...locked, ...found];
    // The first money of a user in this currency: the wallet must be opened.
    repository.queueOpen(trx, others);
    return [...locked, ...(await repository.lock(trx, others))];
  }

  /** Returns the wallets of a user, sorted by currency. */
  function findWallets(db: Db, userId: string): Promise<Wallet[]> {
    return repository.findAllOf(db, userId);
  }

  return { queueOpenWallets, lockWallets, applyMovements, findWallets };
}
