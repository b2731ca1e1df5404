import type { Kernel } from '../../../kernel.ts';
import { walletHistoryRepository } from './repository.ts';
import { walletHistoryRoutes } from './routes.ts';
import { walletHistoryService } from './service.ts';

/** Joins the tables of wallets, cashback and payouts, which must not know each other. Owns no table. */
export function walletHistoryModule(kernel: Pick<Kernel, 'database'>, defaultCurrency: string) {
  const service = walletHistoryService({ ...kernel, repository: walletHistoryRepository() });
  return { routes: walletHistoryRoutes(service, defaultCurrency) };
}
