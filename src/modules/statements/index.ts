import type { Database } from '../../core/database/index.ts';
import type { CashbackClient } from '../cashback/index.ts';
import type { PayoutClient } from '../payouts/index.ts';
import type { WalletClient } from '../wallets/index.ts';
import { statementRoutes } from './routes.ts';
import { statementService } from './service.ts';

/** Owns no table: it stands above the modules whose rows it shows together, none of which may know all the others. */
export function statementsModule(deps: {
  database: Database;
  wallets: WalletClient;
  cashback: CashbackClient;
  payouts: PayoutClient;
  defaultCurrency: string;
}) {
  return { routes: statementRoutes(statementService(deps), deps.defaultCurrency) };
}
