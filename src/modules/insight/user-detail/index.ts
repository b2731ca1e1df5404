import type { Kernel } from '../../../kernel.ts';
import type { UserClient } from '../../identity/users/index.ts';
import type { WalletClient } from '../../money/wallets/index.ts';
import { userDetailRoutes } from './routes.ts';
import { userDetailService } from './service.ts';

/** Shows an account with its balances, which belong to two other modules. Owns no table. */
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
