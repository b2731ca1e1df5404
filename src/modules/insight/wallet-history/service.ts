import type { Database } from '../../../core/database/index.ts';
import type { PageOf, PageRequest } from '../../../core/page.ts';
import type { CashbackClient } from '../../earning/cashback/index.ts';
import type { PayoutClient } from '../../money/payouts/index.ts';
import type { WalletClient, WalletEntry, WalletOwner } from '../../money/wallets/index.ts';
import type { WalletTransaction } from './model.ts';

export type WalletHistoryService = ReturnType<typeof walletHistoryService>;

/** Joins the journal with what its entries came from. Wallets know sources by their ids alone. */
export function walletHistoryService(deps: {
  database: Database;
  wallets: Pick<WalletClient, 'listEntries'>;
  cashback: Pick<CashbackClient, 'findRewards'>;
  payouts: PayoutClient;
}) {
  const { database, wallets, cashback, payouts } = deps;

  /** @throws NOT_FOUND when the user has no wallet in this currency. */
  async function listTransactions(owner: WalletOwner, page: PageRequest): Promise<PageOf<WalletTransaction>> {
    const entries = await wallets.listEntries(owner, page);
    const rewards = await cashback.findRewards(database.db, sourceIds(entries.items, 'purchase'));
    const payoutStatuses = await payouts.findStatuses(database.db, sourceIds(entries.items, 'payout'));
    const statusOf = ({ source }: WalletEntry) => {
      if (source.type === 'adjustment') return 'completed';
      return source.type === 'payout' ? payoutStatuses.get(source.id) : rewards.get(source.id)?.status;
    };
    const items = entries.items.map((entry) => {
      const status = statusOf(entry);
      if (status === undefined) throw new Error(`wallet entry ${entry.id} has no source`);
      return { entry, status };
    });
    return { ...entries, items };
  }

  return { listTransactions };
}

function sourceIds(entries: readonly WalletEntry[], type: WalletEntry['source']['type']): string[] {
  const sources = entries.map(({ source }) => source).filter((source) => source.type === type);
  return [...new Set(sources.map(({ id }) => id))];
}
