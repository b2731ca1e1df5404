import type { UserClient } from '../../identity/users/index.ts';
import type { BalancesClient } from '../balances/index.ts';
import { userDetailRoutes } from './routes.ts';
import { userDetailService } from './service.ts';

/** Shows an account with its balances, which belong to two other modules. Owns no table. */
export function userDetailModule(needs: { readonly users: UserClient; readonly balances: BalancesClient }) {
  return { routes: userDetailRoutes(userDetailService(needs)) };
}
