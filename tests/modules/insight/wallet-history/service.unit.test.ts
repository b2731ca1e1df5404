import { describe, test } from 'node:test';
import type { WalletHistoryRepository } from '../../../../src/modules/insight/wallet-history/repository.ts';
import { walletHistoryService } from '../../../../src/modules/insight/wallet-history/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeKernel } from '../../../support/fakes.ts';
import { SHOPPER } from '../../../support/purchases-builders.ts';
import { rejectsWith } from '../../../support/rejections.ts';

describe('the transactions of a wallet', () => {
  const owner = { userId: SHOPPER, currency: 'EUR' };
  const filter = { from: '2026-03-01T00:00:00Z' };
  const page = { offset: 40, limit: 1 };

  function listing(list: WalletHistoryRepository['list']) {
    const { kernel } = fakeKernel();
    return walletHistoryService({ ...kernel, repository: fake<WalletHistoryRepository>({ list }) });
  }

  test('are the page of the repository', async () => {
    const found = { items: [], total: 41, nextKey: null };
    const { listTransactions } = listing(async (_db, ...query) => {
      assertEqual(query, [owner, filter, page]);
      return found;
    });
    assertEqual(await listTransactions(owner, filter, page), found);
  });

  test('are NOT_FOUND without a wallet in this currency', async () => {
    const { listTransactions } = listing(async () => undefined);
    await rejectsWith(listTransactions(owner, filter, page), 'NOT_FOUND', {
      resource_type: 'wallet',
      resource_id: SHOPPER,
    });
  });
});
