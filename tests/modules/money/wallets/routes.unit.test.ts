import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { notFound } from '../../../../src/core/errors.ts';
import { unsupportedCurrency } from '../../../../src/core/money.ts';
import { failure, success } from '../../../../src/core/outcome.ts';
import { insufficientBalance, walletFull } from '../../../../src/modules/money/wallets/errors.ts';
import type { AdjustmentOrder } from '../../../../src/modules/money/wallets/model.ts';
import { walletRoutes } from '../../../../src/modules/money/wallets/routes.ts';
import type { WalletService } from '../../../../src/modules/money/wallets/service.ts';
import { idempotencyKeyReused } from '../../../../src/modules/platform/idempotency/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeCalls } from '../../../support/fakes.ts';
import { aWallet, SHOPPER, STRANGER } from '../../../support/purchases-builders.ts';
import { assertViolations, IDS, serveRoutes, testAccess, testRefusals } from '../../../support/routes.ts';

const REPEATED = 'repeated';
const wallet = aWallet({ pending: 1_50n, available: -4_00n, paid: 7n });
const shown = { pending_balance: '1.50', available_balance: '-4.00', paid_balance: '0.07', currency: 'EUR' };
const statement = {
  id: STRANGER,
  user_id: SHOPPER,
  amount: '12.50',
  currency: 'EUR',
  direction: 'credit',
  reason: 'Goodwill.',
  created_at: '2026-03-14T09:26:53Z',
  wallet: shown,
} as const;

/** The orders that reached the service. */
const orders: AdjustmentOrder[] = [];
const { calls, called, refuse } = fakeCalls();
const api = await serveRoutes(
  walletRoutes({
    service: fake<WalletService>({ getWallet: (owner) => called(wallet, owner) }),
    async adjustWallet(order) {
      orders.push(order);
      try {
        return success({ answer: await called(statement), replayed: order.request?.key === REPEATED });
      } catch (error) {
        return failure(error);
      }
    },
    defaultCurrency: 'EUR',
  }),
);
const token = 'admin';

describe('access', () => {
  testAccess(api, 'GET', '/users/me/wallet', ['user', 'admin']);
  testAccess(api, 'GET', `/users/${SHOPPER}/wallet`, ['admin']);
  testAccess(api, 'POST', `/users/${SHOPPER}/wallet/adjustments`, ['admin']);
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

describe('POST /users/{id}/wallet/adjustments', () => {
  const sound = { amount: '12.50', direction: 'credit', reason: ' Goodwill. ' };
  const adjust = (fields: object = {}, key?: string) =>
    api('POST', `/users/${SHOPPER.toUpperCase()}/wallet/adjustments`, {
      token,
      body: { ...sound, ...fields },
      ...(key !== undefined && { headers: { 'idempotency-key': key } }),
    });

  test('answers 201 with the adjustment and the balances after it', async () => {
    const answer = await adjust();
    assert.equal(answer.status, 201);
    assertEqual(answer.body, statement);
    assertEqual(orders.at(-1), {
      actor: orders.at(-1)?.actor,
      userId: SHOPPER,
      currency: 'EUR',
      amount: 12_50n,
      direction: 'credit',
      reason: 'Goodwill.',
      request: undefined,
    });
    assert.equal(orders.at(-1)?.actor.id, IDS.admin);
  });

  test('hands on the idempotency key with the content in one form, and marks a repeat', async () => {
    const answer = await adjust({ amount: 12.5 }, REPEATED);
    assertEqual([answer.status, answer.headers['idempotency-replayed']], [201, 'true']);
    assertEqual(orders.at(-1)?.request, {
      callerId: IDS.admin,
      key: REPEATED,
      operation: 'wallet.adjust',
      content: { userId: SHOPPER, currency: 'EUR', amount: '1250', direction: 'credit', reason: 'Goodwill.' },
    });
  });

  for (const [currency, amount, minor] of [
    ['JPY', '1500', 1_500n],
    ['KWD', '0.001', 1n],
  ] as const) {
    test(`reads ${currency} in its minor digits`, async () => {
      await adjust({ currency, amount });
      assertEqual([orders.at(-1)?.currency, orders.at(-1)?.amount], [currency, minor]);
      assertViolations(await adjust({ currency, amount: '1.0005' }), ['amount']);
    });
  }

  for (const [title, fields, named] of [
    [
      'everything that is wrong at once',
      { amount: '1.005', direction: 'both', reason: ' ' },
      ['amount', 'direction', 'reason'],
    ],
    ['a missing reason', { reason: undefined }, ['reason']],
    ['a reason of 501 characters', { reason: 'x'.repeat(501) }, ['reason']],
    ['an amount of zero', { amount: 0 }, ['amount']],
    ['a lower-case currency', { currency: 'eur' }, ['currency']],
    ['an unknown field', { user_id: SHOPPER }, ['user_id']],
  ] as const) {
    test(`refuses ${title}`, async () => {
      assertViolations(await adjust(fields), named);
    });
  }

  test('refuses a key with characters that do not print', async () => {
    assertViolations(await adjust({}, 'é'), ['Idempotency-Key']);
  });

  testRefusals(adjust, refuse, [
    [404, notFound('user', SHOPPER)],
    [422, unsupportedCurrency({ currency: 'USD', supported: ['EUR'] })],
    [
      409,
      insufficientBalance({
        available_balance: '0.01',
        pending_balance: '0.00',
        requested_amount: '0.02',
        currency: 'EUR',
      }),
    ],
    [409, walletFull({ amount: '1.00', currency: 'EUR' })],
    [409, idempotencyKeyReused({ reason: 'different_request' })],
  ]);
});
