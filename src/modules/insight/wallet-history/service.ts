import type { Database } from '../../../core/database/index.ts';
import { notFound } from '../../../core/errors.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { WalletOwner } from '../../money/wallets/index.ts';
import type { HistoryFilter, WalletTransaction } from './model.ts';
import type { WalletHistoryRepository } from './repository.ts';

export type WalletHistoryService = ReturnType<typeof walletHistoryService>;

export function walletHistoryService(deps: { database: Database; repository: WalletHistoryRepository }) {
  const { database, repository } = deps;

  /** @throws NOT_FOUND if the user has no wallet in this currency. */
  async function listTransactions(
    owner: WalletOwner,
    filter: HistoryFilter,
    page: PageRequest,
  ): Promise<PageOf<WalletTransaction>> {
    const found = await repository.list(database.db, owner, filter, page);
    if (found === undefined) throw notFound('wallet', owner.userId);
    return found;
  }

  return { listTransactions };
}
