import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { forbidden, notFound } from '../../../../src/core/errors.ts';
import { newId } from '../../../../src/core/id.ts';
import { readRoutes } from '../../../../src/modules/earning/purchases/read-routes.ts';
import type { PurchaseService } from '../../../../src/modules/earning/purchases/service.ts';
import { assertEqual } from '../../../support/equality.ts';
import { fake, fakeCalls } from '../../../support/fakes.ts';
import { assertRefused } from '../../../support/inject.ts';
import { aLine, aPurchase, aReward, MERCHANT, OFFER, SHOPPER } from '../../../support/purchases-builders.ts';
import { assertViolations, IDS, serveRoutes, testAccess, testRefusals } from '../../../support/routes.ts';

const purchase = aPurchase({
  amount: 49_90n,
  purchasedAt: Temporal.Instant.from('2026-03-01T10:00:00.5Z'),
});
const { id } = purchase;
const view = { purchase, reward: aReward(), merchantName: 'Corner Books' };
const named = { ...view, userEmail: 'shopper@example.com', partnerName: null, overdueSince: null };
const shown = {
  id,
  merchant_name: 'Corner Books',
  amount: '49.90',
  original_amount: '49.90',
  revision: 0,
  currency: 'EUR',
  status: 'pending',
  cashback_amount: '2.50',
  cashback_status: 'pending',
  awaiting_release: false,
  purchased_at: '2026-03-01T10:00:00Z',
  created_at: '2026-03-14T09:26:53Z',
};
const lines = [aLine({ category: 'books', status: 'pending' }), aLine({ lineId: 'b', amount: 0n })];
const cursor = Buffer.from(id).toString('base64url');
const page = { total: 41, nextKey: id };

/** Another id than that of the list is one of a purchase with lines. */
const linesOf = (purchaseId: string) => (purchaseId === id ? null : lines);
const { calls, called, refuse } = fakeCalls();
const service = fake<PurchaseService>({
  getPurchase: (purchaseId, { type, id: by }) =>
    called({ ...view, lines: linesOf(purchaseId) }, purchaseId, [type, by]),
  listForStaff: (...query) => called({ ...page, items: [named] }, ...query),
  listOfPartner: ({ id: by }, ...query) => called({ ...page, items: [purchase] }, by, ...query),
  listChangedOfPartner: ({ id: by }, { since }, query) =>
    called({ ...page, items: [purchase] }, by, since.toString(), query),
});
const api = await serveRoutes(readRoutes(service));

describe('access', () => {
  testAccess(api, 'GET', '/purchases', ['admin', 'partner']);
  testAccess(api, 'GET', `/purchases/${id}`, ['user', 'admin', 'partner']);
});

describe('GET /purchases', () => {
  const list = (query: string) => api('GET', `/purchases?${query}`, { token: 'admin' });

  test('answers the page of purchases', async () => {
    const { body } = await list('');
    assertEqual(body, {
      data: [
        {
          id,
          partner_id: null,
          external_id: 'order-1',
          order_reference: null,
          user_id: SHOPPER,
          merchant_id: MERCHANT,
          offer_id: OFFER,
          amount: '49.90',
          original_amount: '49.90',
          revision: 0,
          currency: 'EUR',
          status: 'pending',
          held: false,
          awaiting_release: false,
          purchased_at: '2026-03-01T10:00:00Z',
          created_at: '2026-03-14T09:26:53Z',
          user_email: 'shopper@example.com',
          merchant_name: 'Corner Books',
          partner_name: null,
          cashback_amount: '2.50',
          cashback_status: 'pending',
          confirmed_at: null,
          reversed_at: null,
          reversal_reason: null,
          overdue_since: null,
        },
      ],
      pagination: { offset: 0, limit: 20, total: 41, next_cursor: cursor },
    });
  });

  test('shows a partner none of the fields of administrators', async () => {
    const { body } = await api('GET', '/purchases', { token: 'partner' });
    assert.deepEqual(
      Object.keys(body.data[0]).filter((name) => /email|name|cashback|confirmed|revers/.test(name)),
      [],
    );
    assert.ok('awaiting_release' in body.data[0]);
  });

  test('hands the filters of a partner on without those of administrators', async () => {
    await api('GET', `/purchases?external_id=n-1&order_id=%231001&status=pending&limit=5`, {
      token: 'partner',
    });
    const filter = {
      statuses: ['pending'],
      userIds: undefined,
      merchantIds: undefined,
      externalIds: ['n-1'],
      orderKeys: ['1001'],
      held: undefined,
      from: undefined,
      to: undefined,
    };
    assertEqual(calls.at(-1), [IDS.partner, filter, { offset: 0, limit: 5 }]);
  });

  test('lists changes to a partner, by cursors of their own', async () => {
    const place = `42:${id}`;
    const query = `updated_since=2026-03-14T10:00:00Z&cursor=${Buffer.from(place).toString('base64url')}`;
    await api('GET', `/purchases?${query}`, { token: 'partner' });
    assertEqual(calls.at(-1), [IDS.partner, '2026-03-14T10:00:00Z', { offset: 0, limit: 20, after: place }]);
  });

  test('reads every filter and the page from the query', async () => {
    await list(
      `status=reversed&status=pending&user_id=${SHOPPER.toUpperCase()}&merchant_id=${MERCHANT}&held=true` +
        `&partner_id=${OFFER}&source=partner&external_id=%E2%80%8Border%207&order_id=%231001` +
        `&start_date=2026-03-01&end_date=2026-03-31&order=oldest&limit=5&cursor=${cursor}`,
    );
    assertEqual(calls.at(-1), [
      {
        statuses: ['reversed', 'pending'],
        userIds: [SHOPPER],
        merchantIds: [MERCHANT],
        partnerIds: [OFFER],
        sources: ['partner'],
        // As it was sent, and in the form in which it is stored.
        externalIds: ['\u200border 7', 'order 7'],
        orderKeys: ['1001'],
        held: true,
        isOverdue: undefined,
        from: '2026-03-01',
        to: '2026-03-31',
      },
      { offset: 0, limit: 5, after: id, oldestFirst: true },
    ]);
  });

  for (const query of ['status=paid', 'status=PENDING', 'status=pending&status=paid']) {
    test(`refuses ?${query} as INVALID_PURCHASE_STATUS, with the statuses that exist`, async () => {
      const answer = await list(query);
      assertRefused(answer, 422, 'INVALID_PURCHASE_STATUS');
      assertEqual(answer.body.error.details.allowed, ['pending', 'confirmed', 'reversed']);
    });
  }

  test('reads the filter of overdue purchases', async () => {
    await list('overdue=true&merchant_id=&order=newest');
    const [filter, request] = calls.at(-1) as [{ isOverdue: unknown }, unknown];
    assertEqual([filter.isOverdue, request], [true, { offset: 0, limit: 20 }]);
  });

  test('refuses a partner what is for administrators', async () => {
    const query = `partner_id=${OFFER}&source=partner&overdue=true&order=oldest`;
    assertViolations(await api('GET', `/purchases?${query}`, { token: 'partner' }), [
      'order',
      'overdue',
      'partner_id',
      'source',
    ]);
  });

  for (const [query, field] of [
    ['overdue=false', 'overdue'],
    [`overdue=true&partner_id=${OFFER}`, 'overdue'],
    ['overdue=true&source=shopper', 'overdue'],
    ['order=amount', 'order'],
    ['user_id=me', 'user_id'],
    ['merchant_id=1', 'merchant_id'],
    ['held=yes', 'held'],
    ['partner_id=me', 'partner_id'],
    ['source=system', 'source'],
    ['external_id=%20', 'external_id'],
    ['order_id=%23', 'order_id'],
    ['start_date=2026-02-30', 'start_date'],
    ['end_date=today', 'end_date'],
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['offset=-1', 'offset'],
    ['cursor=abc', 'cursor'],
    ['colour=red', 'colour'],
  ] as const) {
    test(`refuses ?${query}`, async () => {
      assertViolations(await list(query), [field]);
    });
  }
});

describe('GET /purchases/{id}', () => {
  test('answers the purchase with its reward, also for an id in capitals', async () => {
    for (const name of [id, id.toUpperCase()]) {
      assertEqual((await api('GET', `/purchases/${name}`, { token: 'partner' })).body, {
        ...shown,
        lines: null,
      });
      assertEqual(calls.at(-1), [id, ['partner', IDS.partner]]);
    }
  });

  test('answers the lines of the order', async () => {
    const { body } = await api('GET', `/purchases/${SHOPPER}`, { token: 'admin' });
    assertEqual(body.lines, [
      { line_id: 'a', amount: '49.90', category: 'books', status: 'pending' },
      { line_id: 'b', amount: '0.00', category: null, status: 'approved' },
    ]);
  });

  test('refuses an id that is no UUID', async () => {
    assertViolations(await api('GET', '/purchases/me', { token: 'admin' }), ['id']);
  });

  testRefusals(() => api('GET', `/purchases/${id}`, { token: 'user' }), refuse, [
    [404, notFound('purchase', newId())],
    [403, forbidden({ reason: 'This is not your purchase.' })],
  ]);
});
