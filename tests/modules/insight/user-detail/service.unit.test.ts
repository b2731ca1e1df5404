import { describe, test } from 'node:test';
import { notFound } from '../../../../src/core/errors.ts';
import type { UserClient } from '../../../../src/modules/identity/users/index.ts';
import { userDetailService } from '../../../../src/modules/insight/user-detail/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake } from '../../../support/fakes.ts';
import { aUser, SHOPPER, STRANGER, someBalances } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

describe('the detail of a user', () => {
  const account = { user: aUser(), hasPassword: true };
  const { getUserDetail } = userDetailService({
    users: fake<UserClient>({
      getAccount: async (id) => {
        if (id !== SHOPPER) throw notFound('user', id);
        return account;
      },
    }),
    balances: { listBalances: async (userId) => [someBalances({ userId })] },
  });

  test('is the account with its wallets', async () => {
    assertEqual(await getUserDetail(SHOPPER), { ...account, wallets: [someBalances()] });
  });

  test('of an unknown user is NOT_FOUND', async () => {
    await rejectsWith(getUserDetail(STRANGER), 'NOT_FOUND');
  });
});
