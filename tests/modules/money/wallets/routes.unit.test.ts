import { describe, test } from 'node:test';
import { notFound } from '../../../../src/core/errors.ts';
import { walletRoutes } from '../../../../src/modules/money/wallets/routes.ts';
import type { WalletService } from '../../../../src/modules/money/wallets/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeCalls } from '../../../support/fakes.ts';
import { aWallet, SHOPPER } from '../../../support/purchases-builders.ts';
import { assertViolations, IDS, serveRoutes, testAccess, testRefusals } from '../../../support/routes.ts';

const wallet = aWallet({ pending: 1_50n, available: -4_00n, paid: 7n });
const shown = { pending_balance: '1.50', available_balance: '-4.00', paid_balance: '0.07', currency: 'EUR' };
const { calls, called, refuse } = fakeCalls();
const api = await serveRoutes(
  walletRoutes({
    service: fake<WalletService>({ getWallet: (owner) => called(wallet, owner) }),
    defaultCurrency: 'EUR',
  }),
);

describe('access', () => {
  testAccess(api, 'GET', '/users/me/wallet', ['user', 'admin']);
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
