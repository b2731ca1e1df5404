import { describe, test } from 'node:test';
import { notFound } from '../../../../src/core/errors.ts';
import { userDetailRoutes } from '../../../../src/modules/insight/user-detail/routes.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fakeCalls } from '../../../support/fakes.ts';
import { aUser, SHOPPER, someBalances } from '../../../support/purchases-builders.ts';
import { assertViolations, serveRoutes, testAccess, testRefusals } from '../../../support/routes.ts';

const detail = {
  user: aUser(),
  hasPassword: false,
  wallets: [
    someBalances({ available: 5_00n }),
    someBalances({ currency: 'JPY', pending: 7n, paid: 5n, payoutsUnderWay: 5n }),
  ],
};
const { calls, called, refuse } = fakeCalls();
const api = await serveRoutes(userDetailRoutes({ getUserDetail: (id) => called(detail, id) }));
const show = (id = SHOPPER) => api('GET', `/users/${id}`, { token: 'admin' });

testAccess(api, 'GET', `/users/${SHOPPER}`, ['admin']);

describe('GET /users/{id}', () => {
  test('answers the account with a balance for each currency', async () => {
    assertEqual((await show(SHOPPER.toUpperCase())).body, {
      id: SHOPPER,
      email: 'shopper@example.com',
      email_verified: false,
      locale: 'en',
      display_name: null,
      external_reference: null,
      role: 'user',
      staff_roles: [],
      active: true,
      created_at: '2026-03-14T09:26:53Z',
      has_password: false,
      wallets: [
        {
          pending_balance: '0.00',
          available_balance: '5.00',
          paid_balance: '0.00',
          currency: 'EUR',
          payouts_under_way: '0.00',
        },
        {
          pending_balance: '7',
          available_balance: '0',
          paid_balance: '5',
          currency: 'JPY',
          payouts_under_way: '5',
        },
      ],
    });
    assertEqual(calls.at(-1), [SHOPPER]);
  });

  test('refuses an id that is no UUID', async () => {
    assertViolations(await show('7'), ['id']);
  });

  testRefusals(show, refuse, [[404, notFound('user', SHOPPER)]]);
});
