import type { Kernel } from '../../../kernel.ts';
import type { CashbackClient } from '../../earning/cashback/index.ts';
import type { PayoutClient } from '../../money/payouts/index.ts';
import type { WalletClient } from '../../money/wallets/index.ts';
import { walletHistoryRoutes } from './routes.ts';
import { walletHistoryService } from './service.ts';

/** Owns no table: it stands above the modules whose rows it shows together, none of which may know all the others. */
export function walletHistoryModule(
  kernel: Pick<Kernel, 'database'>,
  needs: {
    readonly wallets: WalletClient;
    readonly cashback: CashbackClient;
    readonly payouts: PayoutClient;
    readonly defaultCurrency: string;
  },
) {
  const deps = { ...kernel, ...needs };
  return { routes: walletHistoryRoutes(walletHistoryService(deps), deps.defaultCurrency) };
}
