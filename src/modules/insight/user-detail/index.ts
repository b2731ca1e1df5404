import type { Database } from '../../../core/database/index.ts';
import type { UserClient } from '../../identity/users/index.ts';
import type { WalletClient } from '../../money/wallets/index.ts';
import { userDetailRoutes } from './routes.ts';
import { userDetailService } from './service.ts';

/** Owns no table: an account and its balances, which belong to two modules. */
export function userDetailModule(deps: { database: Database; users: UserClient; wallets: WalletClient }) {
  return { routes: userDetailRoutes(userDetailService(deps)) };
}
