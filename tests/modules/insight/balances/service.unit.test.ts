import { describe, test } from 'node:test';
import { balancesService } from '../../../../src/modules/insight/balances/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fakeKernel } from '../../../support/fakes.ts';
import { SHOPPER, STRANGER, someBalances } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

describe('the balances of a user', () => {
  const wallets = [someBalances({ payoutsUnderWay: 3n }), someBalances({ currency: 'JPY' })];
  const { getBalances, listBalances } = balancesService({
    ...fakeKernel().kernel,
    repository: { findOf: async (_db, userId) => (userId === SHOPPER ? wallets : []) },
  });

  test('are those of every currency', async () => {
    assertEqual(await listBalances(SHOPPER), wallets);
  });

  test('are found by currency', async () => {
    assertEqual(await getBalances({ userId: SHOPPER, currency: 'JPY' }), wallets[1]);
  });

  for (const owner of [
    { userId: SHOPPER, currency: 'USD' },
    { userId: STRANGER, currency: 'EUR' },
  ]) {
    test(`are NOT_FOUND in ${owner.currency} where there is no such wallet`, async () => {
      const missing = { resource_type: 'wallet', resource_id: owner.userId };
      await rejectsWith(getBalances(owner), 'NOT_FOUND', missing);
    });
  }
});
