import type { Kernel } from '../../../kernel.ts';
import { balancesRepository } from './repository.ts';
import { balancesRoutes } from './routes.ts';
import { type BalancesService, balancesService } from './service.ts';

export type { WalletBalances } from './model.ts';
export { BalancesBody, presentBalances } from './schemas.ts';

export type BalancesClient = Pick<BalancesService, 'listBalances'>;

/** Shows wallets with the payouts that are under way. Reads the tables of wallets and payouts, and owns none. */
export function balancesModule(kernel: Pick<Kernel, 'database'>, defaultCurrency: string) {
  const service = balancesService({ ...kernel, repository: balancesRepository() });
  return { routes: balancesRoutes(service, defaultCurrency), client: service satisfies BalancesClient };
}
