import type { Database } from '../../../core/database/index.ts';
import type { CashbackClient } from '../../earning/cashback/index.ts';
import type { PayoutClient } from '../../money/payouts/index.ts';
import type { WalletClient } from '../../money/wallets/index.ts';
import { walletHistoryRoutes } from './routes.ts';
import { walletHistoryService } from './service.ts';

/** Owns no table: it stands above the modules whose rows it shows together, none of which may know all the others. */
export function walletHistoryModule(deps: {
  database: Database;
  wallets: WalletClient;
  cashback: CashbackClient;
  payouts: PayoutClient;
  defaultCurrency: string;
}) {
  return { routes: walletHistoryRoutes(walletHistoryService(deps), deps.defaultCurrency) };
}
