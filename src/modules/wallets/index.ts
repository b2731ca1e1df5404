import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../core/database.ts';
import type { CashbackClient } from '../cashback/index.ts';
import { walletRepository } from './repository.ts';
import { walletRoutes } from './routes.ts';
import { type WalletService, walletService } from './service.ts';

export { insufficientBalance } from './errors.ts';
export { verifyLedger } from './ledger-repository.ts';
export {
  type Balances,
  type LedgerReport,
  type Movement,
  NO_MONEY,
  type Wallet,
  type WalletOwner,
} from './model.ts';
export { balancesAfter, ownerKey } from './policies.ts';
export { presentWallet, WalletBody } from './schemas.ts';

export type WalletClient = Pick<
  WalletService,
  'openWallets' | 'lockWallets' | 'applyMovements' | 'findWallets'
>;

export function walletsModule(deps: {
  database: Database;
  clock: Clock;
  cashback: CashbackClient;
  defaultCurrency: string;
}) {
  const service = walletService({ ...deps, repository: walletRepository() });
  return { routes: walletRoutes(service, deps.defaultCurrency), client: service satisfies WalletClient };
}
