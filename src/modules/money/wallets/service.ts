import type { Clock } from '../../../core/clock.ts';
import type { Database, Db, Trx } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import { newId } from '../../../core/id.ts';
import { distinctBy } from '../../../core/lists.ts';
import type { Movement, Wallet, WalletEntry, WalletOwner } from './model.ts';
import { postMovements, walletKey } from './policies.ts';
import type { WalletRepository } from './repository.ts';

export type WalletService = ReturnType<typeof walletService>;

export function walletService(deps: { database: Database; clock: Clock; repository: WalletRepository }) {
  const { database, clock, repository } = deps;

  /** Opens a wallet for each owner who has none. */
  function queueOpenWallets(trx: Trx, owners: readonly WalletOwner[]): void {
    repository.queueOpen(trx, owners);
  }

  /**
   * Moves money: the only way a balance changes. Locks the wallets of all movements in one order until the
   * transaction ends, decides, appends the journal and writes the balances, each in one statement. Those that
   * `lockWallets` gave to the caller in this transaction are not asked for again.
   * @throws INSUFFICIENT_BALANCE when a movement is not covered; nothing was written then.
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
    // Entries first: the database refuses a balance that the journal does not state.
    repository.queueAppend(trx, entries);
    repository.queueUpdate(trx, posting.wallets);
    return entries;
  }

  /**
   * Locks the wallets that exist until the transaction ends, in one order: for a decision that rests on what they
   * hold, before the movements that it leads to. Owners may be named more than once.
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
    // A user's first money in this currency.
    repository.queueOpen(trx, others);
    return [...locked, ...(await repository.lock(trx, others))];
  }

  /** @throws NOT_FOUND when the user has no wallet in this currency. */
  async function getWallet(owner: WalletOwner): Promise<Wallet> {
    const wallet = await repository.find(database.db, owner);
    if (wallet === undefined) throw notFound({ resource_type: 'wallet', resource_id: owner.userId });
    return wallet;
  }

  /** A user's wallets, by currency. */
  function findWallets(db: Db, userId: string): Promise<Wallet[]> {
    return repository.findAllOf(db, userId);
  }

  return { queueOpenWallets, lockWallets, applyMovements, getWallet, findWallets };
}
