import { describe, test } from 'node:test';
import { notFound } from '../../../../src/core/errors.ts';
import { balancesRoutes } from '../../../../src/modules/insight/balances/routes.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fakeCalls } from '../../../support/fakes.ts';
import { SHOPPER, someBalances } from '../../../support/purchases-builders.ts';
import { assertViolations, IDS, serveRoutes, testAccess, testRefusals } from '../../../support/routes.ts';

const wallet = someBalances({ pending: 1_50n, available: -4_00n, paid: 7n, payoutsUnderWay: 5n });
const shown = {
  pending_balance: '1.50',
  available_balance: '-4.00',
  paid_balance: '0.07',
  currency: 'EUR',
  payouts_under_way: '0.05',
};
const { calls, called, refuse } = fakeCalls();
const api = await serveRoutes(
  balancesRoutes(
    {
      getBalances: (owner) => called(wallet, owner),
      listBalances: (userId) => called([wallet, someBalances({ currency: 'JPY' })], userId),
    },
    'EUR',
  ),
);

describe('access', () => {
  testAccess(api, 'GET', '/users/me/wallet', ['user', 'admin']);
  testAccess(api, 'GET', '/users/me/wallets', ['user', 'admin']);
  testAccess(api, 'GET', `/users/${SHOPPER}/wallet`, ['admin']);
});

for (const [path, as, userId] of [
  ['/users/me/wallet', 'user', IDS.user],
  [`/users/${SHOPPER.toUpperCase()}/wallet`, 'admin', SHOPPER],
] as const) {
  describe(`GET ${path}`, () => {
    test('answers the balances in the first currency of the platform', async () => {
      assertEqual((await api('GET', path, { token: as })).body, shown);
      assertEqual(calls.at(-1), [{ userId, currency: 'EUR' }]);
    });

    test('answers those in the currency of the query', async () => {
      await api('GET', `${path}?currency=JPY`, { token: as });
      assertEqual(calls.at(-1), [{ userId, currency: 'JPY' }]);
    });

    for (const [query, field] of [
      ['currency=euro', 'currency'],
      ['currency=eur', 'currency'],
      ['colour=red', 'colour'],
    ] as const) {
      test(`refuses ?${query}`, async () => {
        assertViolations(await api('GET', `${path}?${query}`, { token: as }), [field]);
      });
    }

    testRefusals(() => api('GET', path, { token: as }), refuse, [[404, notFound('wallet', userId)]]);
  });
}

test('GET /users/me/wallets answers those of the caller, each with its payouts under way', async () => {
  const { body } = await api('GET', '/users/me/wallets', { token: 'user' });
  assertEqual(body, {
    data: [
      shown,
      {
        pending_balance: '0',
        available_balance: '0',
        paid_balance: '0',
        currency: 'JPY',
        payouts_under_way: '0',
      },
    ],
  });
  assertEqual(calls.at(-1), [IDS.user]);
});
