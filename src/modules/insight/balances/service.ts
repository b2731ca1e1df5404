import type { Database } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import type { WalletOwner } from '../../money/wallets/index.ts';
import type { WalletBalances } from './model.ts';
import type { BalancesRepository } from './repository.ts';

export type BalancesService = ReturnType<typeof balancesService>;

export function balancesService(deps: { database: Pick<Database, 'db'>; repository: BalancesRepository }) {
  const { database, repository } = deps;

  /** Returns the wallets of a user, sorted by currency. */
  function listBalances(userId: string): Promise<WalletBalances[]> {
    return repository.findOf(database.db, userId);
  }

  /** @throws NOT_FOUND if the user has no wallet in this currency. */
  async function getBalances({ userId, currency }: WalletOwner): Promise<WalletBalances> {
    const wallet = (await listBalances(userId)).find((one) => one.currency === currency);
    if (wallet === undefined) throw notFound('wallet', userId);
    return wallet;
  }

  return { getBalances, listBalances };
}
