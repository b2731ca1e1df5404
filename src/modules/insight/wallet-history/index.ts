import type { Kernel } from '../../../kernel.ts';
import { walletHistoryRepository } from './repository.ts';
import { walletHistoryRoutes } from './routes.ts';
import { walletHistoryService } from './service.ts';

/** Owns no table: it reads those of wallets, cashback and payouts together. None of these may know all the others. */
export function walletHistoryModule(kernel: Pick<Kernel, 'database'>, defaultCurrency: string) {
  const service = walletHistoryService({ ...kernel, repository: walletHistoryRepository() });
  return { routes: walletHistoryRoutes(service, defaultCurrency) };
}
