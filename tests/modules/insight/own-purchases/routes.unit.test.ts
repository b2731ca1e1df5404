import { describe, test } from 'node:test';
import { notFound } from '../../../../src/core/errors.ts';
import { ownPurchasesRoutes } from '../../../../src/modules/insight/own-purchases/routes.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fakeCalls } from '../../../support/fakes.ts';
import { assertRefused } from '../../../support/inject.ts';
import { aPurchase, aReward, MERCHANT, NOW, SHOPPER } from '../../../support/purchases-builders.ts';
import { assertViolations, IDS, serveRoutes, testAccess, testRefusals } from '../../../support/routes.ts';

const purchase = aPurchase({
  amount: 49_90n,
  status: 'reversed',
  reversedAt: NOW,
  reversalReason: 'returned',
  purchasedAt: Temporal.Instant.from('2026-03-01T10:00:00.5Z'),
});
const own = {
  purchase,
  reward: aReward(),
  merchantName: 'Corner Books',
  expectedOn: '2026-04-13',
  isLate: false,
  paidAmount: 1_20n,
};
const forecast = {
  currency: 'EUR',
  dated: [{ on: '2026-04-13', amount: 7_95n, purchases: 3 }],
  byShop: { amount: 64_06n, purchases: 9 },
  late: { amount: 5_00n, purchases: 2 },
  total: 77_01n,
};
const { calls, called, refuse } = fakeCalls();
const api = await serveRoutes(
  ownPurchasesRoutes(
    {
      listOwnPurchases: (...query) => called({ items: [own], total: 41, nextKey: purchase.id }, ...query),
      forecast: (owner) => called(forecast, owner),
    },
    'EUR',
  ),
);

describe('access', () => {
  testAccess(api, 'GET', '/users/me/purchases', ['user', 'admin']);
  testAccess(api, 'GET', '/users/me/wallet/forecast', ['user', 'admin']);
});

describe('GET /users/me/purchases', () => {
  const list = (query = '') => api('GET', `/users/me/purchases${query}`, { token: 'user' });

  test('answers the purchases of the caller with what they pay, and when', async () => {
    const { body } = await list('?status=confirmed&status=&offset=40&limit=1');
    assertEqual(body, {
      data: [
        {
          id: purchase.id,
          merchant_name: 'Corner Books',
          amount: '49.90',
          original_amount: '49.90',
          revision: 0,
          currency: 'EUR',
          status: 'reversed',
          cashback_amount: '2.50',
          cashback_status: 'pending',
          awaiting_release: false,
          purchased_at: '2026-03-01T10:00:00Z',
          created_at: '2026-03-14T09:26:53Z',
          merchant_id: MERCHANT,
          confirmed_at: null,
          reversed_at: '2026-03-14T09:26:53Z',
          reversal_reason: 'returned',
          expected_on: '2026-04-13',
          is_late: false,
          paid_amount: '1.20',
        },
      ],
      pagination: {
        offset: 40,
        limit: 1,
        total: 41,
        next_cursor: Buffer.from(purchase.id).toString('base64url'),
      },
    });
    const filter = { statuses: ['confirmed'], merchantIds: undefined, from: undefined, to: undefined };
    assertEqual(calls.at(-1), [IDS.user, filter, { offset: 40, limit: 1 }]);
  });

  test('filters by merchant and by days', async () => {
    await list(`?merchant_id=${MERCHANT.toUpperCase()}&from=2026-03-01&to=2026-03-31`);
    const filter = { statuses: undefined, merchantIds: [MERCHANT], from: '2026-03-01', to: '2026-03-31' };
    assertEqual(calls.at(-1), [IDS.user, filter, { offset: 0, limit: 20 }]);
  });

  test('refuses an unknown status', async () => {
    assertRefused(await list('?status=gone'), 422, 'INVALID_PURCHASE_STATUS');
  });

  for (const [query, field] of [
    [`user_id=${SHOPPER}`, 'user_id'],
    ['merchant_id=1', 'merchant_id'],
    ['from=2026-02-30', 'from'],
    ['to=today', 'to'],
    ['from=2026-03-02&to=2026-03-01', 'to'],
  ] as const) {
    test(`refuses ?${query}`, async () => {
      assertViolations(await list(`?${query}`), [field]);
    });
  }
});

describe('GET /users/me/wallet/forecast', () => {
  const path = '/users/me/wallet/forecast';

  test('answers what is pending by when it becomes available', async () => {
    const { body } = await api('GET', path, { token: 'user' });
    assertEqual(body, {
      currency: 'EUR',
      dated: [{ on: '2026-04-13', amount: '7.95', purchases: 3 }],
      by_shop: { amount: '64.06', purchases: 9 },
      late: { amount: '5.00', purchases: 2 },
      total: '77.01',
    });
    assertEqual(calls.at(-1), [{ userId: IDS.user, currency: 'EUR' }]);
  });

  test('answers that of the currency of the query', async () => {
    await api('GET', `${path}?currency=JPY`, { token: 'user' });
    assertEqual(calls.at(-1), [{ userId: IDS.user, currency: 'JPY' }]);
    assertViolations(await api('GET', `${path}?currency=yen`, { token: 'user' }), ['currency']);
  });

  testRefusals(() => api('GET', path, { token: 'user' }), refuse, [[404, notFound('wallet', IDS.user)]]);
});
