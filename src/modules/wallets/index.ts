import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../core/database.ts';
import type { CashbackClient } from '../cashback/index.ts';
import { walletRepository } from './repository.ts';
import { walletRoutes } from './routes.ts';
import { type WalletService, walletService } from './service.ts';

export { verifyLedger } from './ledger-repository.ts';
export type { LedgerReport, Movement } from './model.ts';

export type WalletClient = Pick<WalletService, 'openWallets' | 'applyMovements'>;

export function walletsModule(deps: {
  database: Database;
  clock: Clock;
  cashback: CashbackClient;
  defaultCurrency: string;
}) {
  const service = walletService({ ...deps, repository: walletRepository() });
  return { routes: walletRoutes(service, deps.defaultCurrency), client: service satisfies WalletClient };
}
