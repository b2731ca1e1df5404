import type { Account, UserClient } from '../../identity/users/index.ts';
import type { BalancesClient, WalletBalances } from '../balances/index.ts';

export type UserDetail = Account & { readonly wallets: readonly WalletBalances[] };

export type UserDetailService = ReturnType<typeof userDetailService>;

export function userDetailService(deps: { users: Pick<UserClient, 'getAccount'>; balances: BalancesClient }) {
  const { users, balances } = deps;

  /** @throws NOT_FOUND. */
  async function getUserDetail(id: string): Promise<UserDetail> {
    const account = await users.getAccount(id);
    return { ...account, wallets: await balances.listBalances(id) };
  }

  return { getUserDetail };
}
