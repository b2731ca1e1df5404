import Type from 'typebox';
import { presentUser, UserBody } from '../../identity/users/index.ts';
import { BalancesBody, presentBalances } from '../balances/index.ts';
import type { UserDetail } from './service.ts';

export const UserDetailBody = Type.Object({
  ...UserBody.properties,
  has_password: Type.Boolean({ description: 'False for an imported user without a password.' }),
  wallets: Type.Array(BalancesBody),
});

export function presentUserDetail({ user, hasPassword, wallets }: UserDetail) {
  return { ...presentUser(user), has_password: hasPassword, wallets: wallets.map(presentBalances) };
}
