import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { forbidden, notFound } from '../../../../src/core/errors.ts';
import { unsupportedCurrency } from '../../../../src/core/money.ts';
import { failure, success } from '../../../../src/core/outcome.ts';
import { adjustmentRoutes } from '../../../../src/modules/money/wallets/adjustment-routes.ts';
import type { AdjustmentApprovals } from '../../../../src/modules/money/wallets/approvals.ts';
import {
  adjustmentNotAwaitingApproval,
  insufficientBalance,
  walletFull,
} from '../../../../src/modules/money/wallets/errors.ts';
import type { AdjustmentOrder, AdjustmentStatement } from '../../../../src/modules/money/wallets/model.ts';
import { idempotencyKeyReused } from '../../../../src/modules/platform/idempotency/index.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeCalls } from '../../../support/fakes.ts';
import { anAdjustment, SHOPPER, STRANGER } from '../../../support/purchases-builders.ts';
import { assertViolations, IDS, serveRoutes, testAccess, testRefusals } from '../../../support/routes.ts';

const REPEATED = 'repeated';
const adjustment = anAdjustment({ needsFourEyes: true });
const shown = { pending_balance: '1.50', available_balance: '-4.00', paid_balance: '0.07', currency: 'EUR' };
const statement = {
  id: STRANGER,
  user_id: SHOPPER,
  amount: '12.50',
  currency: 'EUR',
  direction: 'credit',
  reason: 'Goodwill.',
  status: 'completed',
  created_by: IDS.admin,
  created_at: '2026-03-14T09:26:53Z',
  expires_at: null,
  decided_by: null,
  decided_at: null,
  decision_reason: null,
  wallet: shown,
} as const;

/** The orders that reached the service. */
const orders: AdjustmentOrder[] = [];
const { calls, called, refuse } = fakeCalls();
const { wallet: _, ...summary } = statement;
const awaiting = { ...summary, status: 'awaiting_approval', expires_at: '2026-03-21T09:26:53Z' } as const;
let answer: AdjustmentStatement = statement;
const api = await serveRoutes(
  adjustmentRoutes({
    async adjustWallet(order) {
      orders.push(order);
      try {
        return success({ answer: await called(answer), replayed: order.request?.key === REPEATED });
      } catch (error) {
        return failure(error);
      }
    },
    approvals: fake<AdjustmentApprovals>({
      approveAdjustment: (id, actor) => called(statement, id, actor.id),
      rejectAdjustment: (id, reason, actor) => called({ ...statement, wallet: null }, id, reason, actor.id),
      getAdjustment: (id) => called(adjustment, id),
      listAdjustments: (...query) => called({ items: [adjustment], total: 1, nextKey: null }, ...query),
    }),
    defaultCurrency: 'EUR',
  }),
);
const token = 'admin';
const path = `/adjustments/${adjustment.id}`;
const listed = { ...awaiting, created_by: adjustment.adminId, id: adjustment.id };

describe('access', () => {
  testAccess(api, 'POST', `/users/${SHOPPER}/wallet/adjustments`, ['admin']);
  testAccess(api, 'GET', '/adjustments', ['admin']);
  testAccess(api, 'GET', path, ['admin']);
  testAccess(api, 'POST', `${path}/approval`, ['admin']);
  testAccess(api, 'POST', `${path}/rejection`, ['admin']);
});

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
      mayAdjust: true,
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

  test('answers 202 without balances if another administrator must approve it, also to a repeat', async () => {
    answer = { ...awaiting, wallet: null };
    const [first, again] = [await adjust(), await adjust({}, REPEATED)];
    answer = statement;
    assertEqual([first.status, first.body], [202, awaiting]);
    assertEqual([again.status, again.body], [202, awaiting]);
  });

  test('completes the response that an older version stored', async () => {
    const { id, user_id, amount, currency, direction, reason, created_at } = statement;
    const older = { id, user_id, amount, currency, direction, reason, created_at, wallet: shown };
    answer = older as AdjustmentStatement;
    const repeated = await adjust({}, REPEATED);
    answer = statement;
    assertEqual([repeated.status, repeated.body], [201, statement]);
  });
});

describe('GET /adjustments', () => {
  test('answers those of a status and user', async () => {
    const { body } = await api('GET', `/adjustments?status=awaiting_approval&user_id=${SHOPPER}`, { token });
    assertEqual(body.data, [listed]);
    assertEqual(calls.at(-1), [
      { statuses: ['awaiting_approval'], userIds: [SHOPPER] },
      { offset: 0, limit: 20 },
    ]);
  });

  for (const [query, field] of [
    ['status=approved', 'status'],
    ['cursor=abc', 'cursor'],
  ] as const) {
    test(`refuses ?${query}`, async () => {
      assertViolations(await api('GET', `/adjustments?${query}`, { token }), [field]);
    });
  }
});

describe('GET /adjustments/{id}', () => {
  const show = () => api('GET', path, { token });

  test('answers the adjustment', async () => {
    assertEqual((await show()).body, listed);
  });

  testRefusals(show, refuse, [[404, notFound('adjustment', adjustment.id)]]);
});

const decided = adjustmentNotAwaitingApproval({ adjustment_id: adjustment.id, status: 'expired' });

describe('POST /adjustments/{id}/approval', () => {
  const approve = () => api('POST', `${path}/approval`, { token });

  test('answers the adjustment and the balances after it', async () => {
    assertEqual((await approve()).body, statement);
    assertEqual(calls.at(-1), [adjustment.id, IDS.admin]);
  });

  testRefusals(approve, refuse, [
    [404, notFound('adjustment', adjustment.id)],
    [403, forbidden({ reason: 'four_eyes' })],
    [409, decided],
    [409, walletFull({ amount: '1.00', currency: 'EUR' })],
  ]);
});

describe('POST /adjustments/{id}/rejection', () => {
  const reject = (body: object = { reason: ' Too much. ' }) =>
    api('POST', `${path}/rejection`, { token, body });

  test('answers the adjustment without balances', async () => {
    assertEqual((await reject()).body, summary);
    assertEqual(calls.at(-1), [adjustment.id, 'Too much.', IDS.admin]);
  });

  test('refuses a missing reason, and one of white space', async () => {
    assertViolations(await reject({}), ['reason']);
    assertViolations(await reject({ reason: ' ' }), ['reason']);
  });

  testRefusals(reject, refuse, [
    [404, notFound('adjustment', adjustment.id)],
    [403, forbidden({ reason: 'own' })],
    [409, decided],
  ]);
});
