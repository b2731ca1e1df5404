import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { forbidden, notFound, ruleViolation } from '../../../../src/core/errors.ts';
import { unsupportedCurrency } from '../../../../src/core/money.ts';
import { failure, success } from '../../../../src/core/outcome.ts';
import {
  payoutBlocked,
  payoutInvalidTransition,
  payoutPolicyViolation,
} from '../../../../src/modules/money/payouts/errors.ts';
import type { PayoutOrder, PayoutStatement } from '../../../../src/modules/money/payouts/model.ts';
import { statementOf } from '../../../../src/modules/money/payouts/policies.ts';
import { payoutRoutes } from '../../../../src/modules/money/payouts/routes.ts';
import type { PayoutService } from '../../../../src/modules/money/payouts/service.ts';
import { insufficientBalance } from '../../../../src/modules/money/wallets/index.ts';
import { idempotencyKeyReused } from '../../../../src/modules/platform/idempotency/index.ts';
import { HOSTILE_JSON } from '../../../support/contract-hostile.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeCalls } from '../../../support/fakes.ts';
import { type Answer, assertRefused } from '../../../support/inject.ts';
import { aPayout, aReviewedPayout, IBAN, MASKED, payoutBody } from '../../../support/payouts-builders.ts';
import { SHOPPER } from '../../../support/purchases-builders.ts';
import { assertViolations, IDS, serveRoutes, testAccess, testRefusals } from '../../../support/routes.ts';

const REPEATED = 'repeated';
const payout = aPayout();
const { id } = payout;
const own = {
  id,
  status: 'requested',
  amount: '10.00',
  currency: 'EUR',
  method: 'bank_transfer',
  details: MASKED,
  requested_at: '2026-03-14T09:26:53Z',
  processing_at: null,
  settled_at: null,
  external_reference: null,
  failure_reason: null,
  returned_at: null,
  return_reason: null,
};
const reviewed = aReviewedPayout({
  ...payout,
  ownerActive: false,
  processingBy: IDS.admin,
  takenBy: 'finance@example.com',
  walletAvailable: -4_00n,
  account: { isNew: false, otherUsers: 2 },
  needsFourEyes: true,
});
const shown = {
  ...own,
  user_id: SHOPPER,
  owner_active: false,
  processing_by: IDS.admin,
  completed_by: null,
  user_email: 'shopper@example.com',
  taken_by: 'finance@example.com',
  wallet_available: '-4.00',
  account: { is_new: false, other_users: 2 },
  needs_four_eyes: true,
};
const cursor = Buffer.from(id).toString('base64url');
const missing = notFound('payout', id);

const allowance = {
  currency: 'EUR',
  minimum: 10_00n,
  monthlyLimit: 1_000_00n,
  leftThisMonth: 990_00n,
  available: 40_00n,
  maximum: 40_00n,
  blockedBy: [],
  lastAccount: { payoutId: id, maskedDetails: payout.maskedDetails },
};

const transfers = [
  { payout, bankDetails: { iban: IBAN, accountHolder: 'Erika "E" Mustermann, =1' } },
  {
    payout: aPayout({ id: SHOPPER, amount: 1_500n, currency: 'JPY' }),
    bankDetails: { iban: IBAN, accountHolder: '=HYPERLINK("x")' },
  },
];

/** The orders that reached the service. */
const orders: PayoutOrder[] = [];
let stored: PayoutStatement = statementOf(payout);
const { calls, called, refuse } = fakeCalls();
const service = fake<PayoutService>({
  async requestPayout(order) {
    orders.push(order);
    try {
      const answer = await called(stored);
      return success({ answer, replayed: order.request?.key === REPEATED });
    } catch (error) {
      return failure(error);
    }
  },
  cancelPayout: (payoutId, { type, id: by }) => called(payout, payoutId, [type, by]),
  movePayout: ({ actor, ...move }) => called(reviewed, move, [actor.type, actor.id]),
  getPayout: (payoutId) => called(reviewed, payoutId),
  getOwnPayout: (payoutId, userId) => called(payout, payoutId, userId),
  getAllowance: (owner) => called(allowance, owner),
  listReviewedPayouts: (...query) => called({ items: [reviewed], total: 41, nextKey: id }, ...query),
  listPayouts: (...query) => called({ items: [payout], total: 41, nextKey: id }, ...query),
  async movePayouts(moves) {
    const outcomes = moves.map(({ payoutId, to }) =>
      payoutId === id ? success(aPayout({ id, status: to })) : failure(notFound('payout', payoutId)),
    );
    return called(outcomes, ...moves.map(({ actor, ...move }) => [actor.id, move]));
  },
  revealTransfers: (ids, actor) => called(transfers, ids, [actor.type, actor.id]),
  revealBankDetails: (payoutId, { type, id: by }) =>
    called({ iban: IBAN, accountHolder: 'Erika Mustermann' }, payoutId, [type, by]),
});
const api = await serveRoutes(payoutRoutes(service, 'EUR'));
const ADMIN = ['admin', IDS.admin];

describe('access', () => {
  testAccess(api, 'POST', '/users/me/payouts', ['user', 'admin']);
  testAccess(api, 'GET', '/users/me/payouts', ['user', 'admin']);
  testAccess(api, 'GET', '/users/me/payouts/policy', ['user', 'admin']);
  testAccess(api, 'GET', `/users/me/payouts/${id}`, ['user', 'admin']);
  testAccess(api, 'POST', `/users/me/payouts/${id}/cancel`, ['user', 'admin']);
  testAccess(api, 'GET', '/payouts', ['admin']);
  testAccess(api, 'GET', `/payouts/${id}`, ['admin']);
  testAccess(api, 'POST', '/payouts/process', ['admin']);
  testAccess(api, 'POST', '/payouts/bank-file', ['admin']);
  testAccess(api, 'GET', `/payouts/${id}/bank-details`, ['admin']);
  testAccess(api, 'PATCH', `/payouts/${id}/process`, ['admin']);
});

describe('POST /users/me/payouts', () => {
  const request = (fields: object = {}, key?: string): Promise<Answer> =>
    api('POST', '/users/me/payouts', {
      token: 'user',
      body: payoutBody({ ...fields }),
      ...(key !== undefined && { headers: { 'idempotency-key': key } }),
    });
  const holder = (account_holder: string) => ({ details: { iban: IBAN, account_holder } });

  test('answers 201 with the payout, whose bank details are masked', async () => {
    const answer = await request({ amount: 10 });
    assert.equal(answer.status, 201);
    assertEqual(answer.body, own);
    assert.equal(answer.headers['idempotency-replayed'], undefined);
    assertEqual(orders.at(-1), {
      actor: orders.at(-1)?.actor,
      userId: IDS.user,
      amount: 10_00n,
      currency: 'EUR',
      method: 'bank_transfer',
      bankDetails: { iban: IBAN, accountHolder: 'Erika Mustermann' },
      request: undefined,
    });
    assert.equal(orders.at(-1)?.actor.id, IDS.user);
  });

  test('takes the account of an earlier payout, which is the content of its key too', async () => {
    const answer = await request({ details: { from_payout_id: id.toUpperCase() } }, REPEATED);
    assert.equal(answer.status, 201);
    const { fromPayoutId, bankDetails, request: repeatable } = orders.at(-1) as PayoutOrder;
    assertEqual([fromPayoutId, bankDetails], [id, undefined]);
    assertEqual(repeatable?.content, {
      amount: '1000',
      currency: 'EUR',
      method: 'bank_transfer',
      fromPayoutId: id,
    });
  });

  for (const [title, details, named] of [
    ['an IBAN beside an earlier payout', { from_payout_id: id, iban: IBAN }, ['details.iban']],
    [
      'a whole account beside an earlier payout',
      { from_payout_id: id, ...payoutBody().details },
      ['details.iban', 'details.account_holder'],
    ],
    ['an earlier payout that is no UUID', { from_payout_id: 'last' }, ['details.from_payout_id']],
    ['an IBAN without its holder', { iban: IBAN }, ['details.account_holder']],
  ] as const) {
    test(`refuses ${title}`, async () => {
      assertViolations(await request({ details }), named);
    });
  }

  test('completes the response that an older version stored', async () => {
    const { returned_at: _, return_reason: __, ...older } = statementOf(payout);
    stored = older as PayoutStatement;
    const answer = await request({}, REPEATED);
    stored = statementOf(payout);
    assertEqual([answer.status, answer.body], [201, own]);
  });

  test('hands on the idempotency key with the content in one form, and marks a repeat', async () => {
    const answer = await request({ amount: '10' }, REPEATED);
    assertEqual([answer.status, answer.headers['idempotency-replayed']], [201, 'true']);
    assertEqual(orders.at(-1)?.request, {
      callerId: IDS.user,
      key: REPEATED,
      operation: 'payout.request',
      content: {
        amount: '1000',
        currency: 'EUR',
        method: 'bank_transfer',
        iban: IBAN,
        accountHolder: 'Erika Mustermann',
      },
    });
  });

  for (const [currency, amount, minor] of [
    ['JPY', '1500', 1_500n],
    ['KWD', '10.001', 10_001n],
  ] as const) {
    test(`reads ${currency} in its minor digits, and refuses a digit more`, async () => {
      await request({ currency, amount });
      assertEqual([orders.at(-1)?.currency, orders.at(-1)?.amount], [currency, minor]);
      assertViolations(await request({ currency, amount: currency === 'JPY' ? '1500.5' : '10.0015' }), [
        'amount',
      ]);
    });
  }

  for (const [title, iban, normal] of [
    ['in groups', 'DE89 3704 0044 0532 0130 00', IBAN],
    ['in lower case', 'de89370400440532013000', IBAN],
    ['with dashes', 'DE89-3704\u20130044\u20110532-0130-00', IBAN],
    ['with any white space', '\u00a0DE89\t3704\u202f0044 0532\n0130\u200900', IBAN],
    ['with letters', 'gb29 nwbk 6016 1331 9268 19', 'GB29NWBK60161331926819'],
  ] as const) {
    test(`reads an IBAN ${title} in one form, and trims the name of the account holder`, async () => {
      await request({ details: { iban, account_holder: '  Erika Mustermann\n' } });
      assertEqual(orders.at(-1)?.bankDetails, { iban: normal, accountHolder: 'Erika Mustermann' });
    });
  }

  for (const iban of [
    'DE88370400440532013000',
    'DE8937040044053201300',
    'XX89370400440532013000',
    'DE89370400440532013000!',
    'DE89_3704_0044_0532_0130_00',
    'DE89\u200b370400440532013000',
    ' - ',
    '',
    ' ',
  ]) {
    test(`refuses the IBAN ${JSON.stringify(iban)}, and does not repeat it`, async () => {
      const answer = await request({ details: { iban, account_holder: 'Erika Mustermann' } });
      assertViolations(answer, ['details.iban']);
      assertEqual(answer.body.error.details.violations[0].reason, 'must be a valid IBAN');
    });
  }

  for (const [name, isFine] of [
    ['x', true],
    ['x'.repeat(70), true],
    [` ${'é'.repeat(70)} `, true],
    ["José d'Angelo-Müller 3.", true],
    ['x'.repeat(71), false],
    [`x${' '.repeat(255)}`, false],
    ['', false],
    ['   ', false],
    ['Erika\u0007Mustermann', false],
    ['Erika\nMustermann', false],
  ] as const) {
    const title = `${JSON.stringify(name.slice(0, 30))} (${name.length})`;
    test(`${isFine ? 'accepts' : 'refuses'} an account holder of ${title}`, async () => {
      const answer = await request(holder(name));
      if (isFine) assert.equal(answer.status, 201, JSON.stringify(answer.body));
      else assertViolations(answer, ['details.account_holder']);
    });
  }

  for (const [title, fields, named] of [
    ['a third decimal in the default currency', { amount: '10.001' }, ['amount']],
    ['an amount of zero', { amount: '0' }, ['amount']],
    ['a lower-case currency', { currency: 'eur' }, ['currency']],
    ['an unknown method', { method: 'cash' }, ['method']],
    ['an unknown field', { user_id: SHOPPER }, ['user_id']],
    ['details without fields', { details: {} }, ['details.account_holder', 'details.iban']],
  ] as const) {
    test(`refuses ${title}`, async () => {
      assertViolations(await request(fields), named);
    });
  }

  test('refuses a key that is too long', async () => {
    assertViolations(await request({}, 'x'.repeat(256)), ['Idempotency-Key']);
  });

  test('accepts or refuses bank details of any hostile kind, and never breaks', async () => {
    for (const value of HOSTILE_JSON) {
      for (const field of ['iban', 'account_holder']) {
        const details = { ...payoutBody().details, [field]: '%' };
        const body = JSON.stringify(payoutBody({ details })).replace('"%"', value);
        const headers = { 'content-type': 'application/json' };
        const { status } = await api('POST', '/users/me/payouts', { token: 'user', body, headers });
        assert.ok(status === 422 || status === 201, `${body} → ${status}`);
      }
    }
  });

  testRefusals(request, refuse, [
    [422, unsupportedCurrency({ currency: 'USD', supported: ['EUR'] })],
    [
      409,
      insufficientBalance({
        available_balance: '9.00',
        pending_balance: '0.00',
        requested_amount: '10.00',
        currency: 'EUR',
      }),
    ],
    [422, payoutPolicyViolation({ violations: [], currency: 'EUR' })],
    [409, idempotencyKeyReused({ reason: 'different_request' })],
  ]);
});

describe('GET /users/me/payouts/policy', () => {
  const path = '/users/me/payouts/policy';

  test('answers what the caller may have paid out, and the last account, masked', async () => {
    assertEqual((await api('GET', path, { token: 'user' })).body, {
      currency: 'EUR',
      minimum: '10.00',
      monthly_limit: '1000.00',
      left_this_month: '990.00',
      available: '40.00',
      maximum: '40.00',
      blocked_by: [],
      last_account: { payout_id: id, ...MASKED },
    });
    assertEqual(calls.at(-1), [{ userId: IDS.user, currency: 'EUR' }]);
  });

  test('answers for the currency of the query', async () => {
    await api('GET', `${path}?currency=JPY`, { token: 'user' });
    assertEqual(calls.at(-1), [{ userId: IDS.user, currency: 'JPY' }]);
    assertViolations(await api('GET', `${path}?currency=yen`, { token: 'user' }), ['currency']);
  });

  testRefusals(() => api('GET', path, { token: 'user' }), refuse, [
    [422, unsupportedCurrency({ currency: 'KWD', supported: ['EUR'] })],
  ]);
});

describe('GET /users/me/payouts/{id}', () => {
  const path = `/users/me/payouts/${id}`;

  test('answers the payout of the caller', async () => {
    assertEqual((await api('GET', path, { token: 'user' })).body, own);
    assertEqual(calls.at(-1), [id, IDS.user]);
  });

  testRefusals(() => api('GET', path, { token: 'user' }), refuse, [[404, missing]]);
});

describe('GET /users/me/payouts', () => {
  test('answers the payouts of the caller', async () => {
    const { body } = await api('GET', '/users/me/payouts?status=failed&limit=1', { token: 'user' });
    assertEqual(body, { data: [own], pagination: { offset: 0, limit: 1, total: 41, next_cursor: cursor } });
    assertEqual(calls.at(-1), [
      { userIds: [IDS.user], statuses: ['failed'] },
      { offset: 0, limit: 1 },
    ]);
  });

  for (const [query, field] of [
    ['status=paid', 'status'],
    [`user_id=${SHOPPER}`, 'user_id'],
    ['cursor=abc', 'cursor'],
    ['limit=0', 'limit'],
  ] as const) {
    test(`refuses ?${query}`, async () => {
      assertViolations(await api('GET', `/users/me/payouts?${query}`, { token: 'user' }), [field]);
    });
  }
});

describe('POST /users/me/payouts/{id}/cancel', () => {
  const cancel = () => api('POST', `/users/me/payouts/${id.toUpperCase()}/cancel`, { token: 'user' });

  test('answers the payout, also for an id in capitals', async () => {
    assertEqual((await cancel()).body, own);
    assertEqual(calls.at(-1), [id, ['user', IDS.user]]);
  });

  testRefusals(cancel, refuse, [
    [404, missing],
    [400, payoutInvalidTransition({ payout_id: id, status: 'completed', allowed_transitions: [] })],
  ]);
});

describe('GET /payouts', () => {
  test('answers the payouts of all users, by every filter', async () => {
    const path =
      `/payouts?status=requested&status=processing&user_id=${SHOPPER.toUpperCase()}&external_reference=SEPA-1` +
      `&reference=${id.replaceAll('-', '').toUpperCase()}&reference=${SHOPPER}` +
      `&from=2026-03-14T09:00:00Z&to=2026-03-14T11:00:00%2B01:00&cursor=${cursor}`;
    const { body } = await api('GET', path, { token: 'admin' });
    assertEqual(body.data, [shown]);
    assertEqual(calls.at(-1), [
      {
        statuses: ['requested', 'processing'],
        userIds: [SHOPPER],
        ids: [id, SHOPPER],
        externalReferences: ['SEPA-1'],
        from: '2026-03-14T09:00:00.000000Z',
        to: '2026-03-14T10:00:00.000000Z',
      },
      { offset: 0, limit: 20, after: id },
    ]);
  });
});

describe('GET /payouts/{id}', () => {
  const show = () => api('GET', `/payouts/${id}`, { token: 'admin' });

  test('answers the payout with its user', async () => {
    assertEqual((await show()).body, shown);
  });

  test('refuses an id that is no UUID', async () => {
    assertViolations(await api('GET', '/payouts/me', { token: 'admin' }), ['id']);
  });

  testRefusals(show, refuse, [[404, missing]]);
});

describe('GET /payouts/{id}/bank-details', () => {
  const reveal = () => api('GET', `/payouts/${id}/bank-details`, { token: 'admin' });

  test('answers them in full, for no cache to keep', async () => {
    const answer = await reveal();
    assertEqual(answer.body, { id, details: { iban: IBAN, account_holder: 'Erika Mustermann' } });
    assert.equal(answer.headers['cache-control'], 'no-store');
    assertEqual(calls.at(-1), [id, ADMIN]);
  });

  testRefusals(reveal, refuse, [
    [404, missing],
    [403, forbidden({ reason: 'The payout must be in the status processing.' })],
  ]);
});

describe('PATCH /payouts/{id}/process', () => {
  const process = (body: object) => api('PATCH', `/payouts/${id}/process`, { token: 'admin', body });

  for (const [body, move] of [
    [{ status: 'processing' }, { to: 'processing', externalReference: undefined, reason: undefined }],
    [
      { status: 'completed', external_reference: 'SEPA-1' },
      { to: 'completed', externalReference: 'SEPA-1', reason: undefined },
    ],
    [
      { status: 'failed', reason: 'closed' },
      { to: 'failed', externalReference: undefined, reason: 'closed' },
    ],
    [
      { status: 'returned', reason: 'closed' },
      { to: 'returned', externalReference: undefined, reason: 'closed' },
    ],
  ] as const) {
    test(`takes ${JSON.stringify(body)}, and answers the payout`, async () => {
      assertEqual((await process(body)).body, shown);
      assertEqual(calls.at(-1), [{ payoutId: id, ...move }, ADMIN]);
    });
  }

  for (const [body, fields] of [
    [{ status: 'cancelled' }, ['status']],
    [{ status: 'requested' }, ['status']],
    [{}, ['status']],
    [{ status: 'failed', reason: ' ' }, ['reason']],
    [{ status: 'completed', external_reference: '' }, ['external_reference']],
    [{ status: 'failed', reason: 'x'.repeat(256) }, ['reason']],
    [{ status: 'processing', note: 'x' }, ['note']],
  ] as const) {
    test(`refuses ${JSON.stringify(body).slice(0, 60)}`, async () => {
      assertViolations(await process(body), fields);
    });
  }

  testRefusals(() => process({ status: 'processing' }), refuse, [
    [404, missing],
    [400, ruleViolation({ violations: [{ field: 'reason', reason: 'is required for the status failed' }] })],
    [400, payoutInvalidTransition({ payout_id: id, status: 'failed', allowed_transitions: [] })],
    [409, payoutBlocked({ payout_id: id, reasons: [{ reason: 'owner_inactive' }] })],
  ]);
});

test('a refusal keeps its shape: code, message and details, and nothing of the request', async () => {
  const body = payoutBody({ amount: '1.001' });
  const answer = await api('POST', '/users/me/payouts', { token: 'user', body });
  assertRefused(answer, 422, 'VALIDATION_ERROR');
  assertEqual(Object.keys(answer.body.error).toSorted(), ['code', 'details', 'message']);
  assert.doesNotMatch(JSON.stringify(answer.body), /DE89|Erika/);
});

const MANY = Array.from({ length: 101 }, () => id);

describe('POST /payouts/process', () => {
  const take = (body: object) => api('POST', '/payouts/process', { token: 'admin', body });

  test('answers a result for each payout, in order', async () => {
    const { status, body } = await take({ ids: [SHOPPER, id.toUpperCase()], status: 'processing' });
    assert.equal(status, 200);
    const [refused, taken] = body.results;
    assertEqual([refused.id, refused.status, refused.error.code], [SHOPPER, 404, 'NOT_FOUND']);
    assertEqual(taken, { id, status: 200, payout_status: 'processing' });
    assertEqual(body.summary, { total: 2, accepted: 1, duplicates: 0, refused: 1 });
    assertEqual(calls.at(-1), [
      [IDS.admin, { payoutId: SHOPPER, to: 'processing' }],
      [IDS.admin, { payoutId: id, to: 'processing' }],
    ]);
  });

  for (const [title, body, named] of [
    ['no payout', { ids: [], status: 'processing' }, ['ids']],
    ['more than a hundred', { ids: MANY, status: 'processing' }, ['ids']],
    ['an id that is no UUID', { ids: [id, '7'], status: 'processing' }, ['ids.1']],
    ['another status', { ids: [id], status: 'completed' }, ['status']],
  ] as const) {
    test(`refuses ${title}`, async () => {
      assertViolations(await take(body), named);
    });
  }
});

describe('POST /payouts/bank-file', () => {
  const create = (body: object) => api('POST', '/payouts/bank-file', { token: 'admin', body });

  test('answers a CSV file, whose cells no spreadsheet runs', async () => {
    const { status, body, headers } = await create({ ids: [id, SHOPPER] });
    assertEqual(
      [status, headers['content-type'], headers['content-disposition'], headers['cache-control']],
      [200, 'text/csv; charset=utf-8', 'attachment; filename="payouts.csv"', 'no-store'],
    );
    assertEqual(body.split('\r\n'), [
      'reference,iban,account_holder,amount,currency',
      `${id.replaceAll('-', '')},${IBAN},"Erika ""E"" Mustermann, =1",10.00,EUR`,
      `${SHOPPER.replaceAll('-', '')},${IBAN},"'=HYPERLINK(""x"")",1500,JPY`,
      '',
    ]);
    assertEqual(calls.at(-1), [[id, SHOPPER], ADMIN]);
  });

  test('refuses more than a hundred payouts', async () => {
    assertViolations(await create({ ids: MANY }), ['ids']);
  });

  const violations = [{ field: 'ids.0', reason: 'must be …' }];
  testRefusals(() => create({ ids: [id] }), refuse, [[400, ruleViolation({ violations })]]);
});
