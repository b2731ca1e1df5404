import type { Database } from '../../../core/database/index.ts';
import type { Account, UserClient } from '../../identity/users/index.ts';
import type { Wallet, WalletClient } from '../../money/wallets/index.ts';

export type UserDetail = Account & { readonly wallets: readonly Wallet[] };

export type UserDetailService = ReturnType<typeof userDetailService>;

export function userDetailService(deps: {
  database: Pick<Database, 'db'>;
  users: Pick<UserClient, 'getAccount'>;
  wallets: Pick<WalletClient, 'findWallets'>;
}) {
  const { database, users, wallets } = deps;

  /** @throws NOT_FOUND. */
  async function getUserDetail(id: string): Promise<UserDetail> {
    const account = await users.getAccount(id);
    return { ...account, wallets: await wallets.findWallets(database.db, id) };
  }

  return { getUserDetail };
}
