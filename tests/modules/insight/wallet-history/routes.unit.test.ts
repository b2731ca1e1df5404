import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { notFound } from '../../../../src/core/errors.ts';
import { newId } from '../../../../src/core/id.ts';
import type { WalletTransaction } from '../../../../src/modules/insight/wallet-history/model.ts';
import { walletHistoryRoutes } from '../../../../src/modules/insight/wallet-history/routes.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fakeCalls } from '../../../support/fakes.ts';
import { NOW, SHOPPER } from '../../../support/purchases-builders.ts';
import { assertViolations, IDS, serveRoutes, testAccess, testRefusals } from '../../../support/routes.ts';

const source = newId();
const transaction: WalletTransaction = {
  id: newId(),
  currency: 'EUR',
  sequence: 7n,
  type: 'cashback_credit',
  from: 'platform',
  to: 'pending',
  amount: 2_50n,
  source: { type: 'purchase', id: source },
  status: 'available',
  purchaseId: source,
  availableAfter: -1_20n,
  merchantName: 'Corner Books',
  reason: null,
  createdAt: NOW,
};
const shown = {
  id: transaction.id,
  type: 'cashback_credit',
  amount: '2.50',
  status: 'available',
  from: 'platform',
  to: 'pending',
  related_purchase_id: source,
  related_payout_id: null,
  related_adjustment_id: null,
  available_after: '-1.20',
  merchant_name: 'Corner Books',
  reason: null,
  created_at: '2026-03-14T09:26:53Z',
};
const encoded = (key: string) => Buffer.from(key).toString('base64url');

let items: readonly WalletTransaction[] = [transaction];
const { calls, called, refuse } = fakeCalls();
const api = await serveRoutes(
  walletHistoryRoutes(
    { listTransactions: (...query) => called({ items, total: 41, nextKey: '7' }, ...query) },
    'EUR',
  ),
);

for (const [path, token, userId] of [
  ['/users/me/wallet/transactions', 'user', IDS.user],
  [`/users/${SHOPPER.toUpperCase()}/wallet/transactions`, 'admin', SHOPPER],
] as const) {
  describe(`GET ${path}`, () => {
    const list = (query = '') => api('GET', `${path}?${query}`, { token });

    testAccess(api, 'GET', path, token === 'user' ? ['user', 'admin'] : ['admin']);

    test('answers the page of transactions in the first currency of the platform', async () => {
      assertEqual((await list()).body, {
        data: [shown],
        pagination: { offset: 0, limit: 20, total: 41, next_cursor: encoded('7') },
      });
      assertEqual(calls.at(-1), [
        { userId, currency: 'EUR' },
        { from: undefined, to: undefined },
        { offset: 0, limit: 20 },
      ]);
    });

    test('reads currency, times and cursor from the query', async () => {
      await list(
        `currency=JPY&from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&limit=3&cursor=${encoded('8')}`,
      );
      assertEqual(calls.at(-1), [
        { userId, currency: 'JPY' },
        { from: '2026-03-01T00:00:00.000000Z', to: '2026-03-02T00:00:00.000000Z' },
        { offset: 0, limit: 3, after: '8' },
      ]);
    });

    for (const [query, field] of [
      ...['0', '-1', 'abc', '99999999999999999999'].map(
        (key) => [`cursor=${encoded(key)}`, 'cursor'] as const,
      ),
      ['currency=eur', 'currency'],
      ['limit=0', 'limit'],
      ['status=pending', 'status'],
      ['from=yesterday', 'from'],
      ['from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z', 'to'],
    ] as const) {
      test(`refuses ?${query}`, async () => {
        assertViolations(await list(query), [field]);
      });
    }

    testRefusals(list, refuse, [[404, notFound('wallet', userId)]]);
  });
}

test('each transaction names its source in the field of its kind', async () => {
  const named = ['purchase', 'payout', 'adjustment'] as const;
  items = named.map((type) => ({
    ...transaction,
    source: { type, id: source },
    purchaseId: type === 'purchase' ? source : null,
  }));
  const { body } = await api('GET', '/users/me/wallet/transactions', { token: 'user' });
  for (const [index, type] of named.entries()) {
    for (const other of named)
      assert.equal(body.data[index][`related_${other}_id`], other === type ? source : null);
  }
});
