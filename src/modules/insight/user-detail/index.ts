import type { Kernel } from '../../../kernel.ts';
import type { UserClient } from '../../identity/users/index.ts';
import type { WalletClient } from '../../money/wallets/index.ts';
import { userDetailRoutes } from './routes.ts';
import { userDetailService } from './service.ts';

/** Owns no table: an account and its balances, which belong to two modules. */
export function userDetailModule(
  kernel: Pick<Kernel, 'database'>,
  needs: {
    readonly users: UserClient;
    readonly wallets: WalletClient;
  },
) {
  const deps = { ...kernel, ...needs };
  return { routes: userDetailRoutes(userDetailService(deps)) };
}
